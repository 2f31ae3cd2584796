/// How far a run has come, to be stored where the fence still matches.
public struct RunProgress: Sendable, Hashable {
    /// The run.
    public var run: OwnedRun
    /// How far it has come.
    public var progress: JobProgress

    /// Creates the progress of a run.
    ///
    /// - Parameters:
    ///   - run: The run.
    ///   - progress: How far it has come.
    public init(run: OwnedRun, progress: JobProgress) {
        self.run = run
        self.progress = progress
    }
}
