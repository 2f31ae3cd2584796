/// Some of the jobs that a ``JobMonitor`` was asked for.
public struct JobPage: Sendable, Hashable {
    /// The jobs, newest first.
    public var jobs: [JobSnapshot]
    /// After which job the next page begins; `nil` when there is no more.
    public var next: JobID?

    /// Creates a page.
    ///
    /// - Parameters:
    ///   - jobs: The jobs, newest first.
    ///   - next: After which job the next page begins.
    public init(jobs: [JobSnapshot], next: JobID?) {
        self.jobs = jobs
        self.next = next
    }
}
