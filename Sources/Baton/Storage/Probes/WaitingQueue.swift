/// A queue in which some published job has waited for long.
///
/// No sign of a loss: the queue may be long, or nobody may serve it. It is the reason to probe.
public struct WaitingQueue: Sendable, Hashable {
    /// The queue.
    public var name: String
    /// How long the job has waited that was found to have waited longest.
    public var age: Duration

    /// Creates a finding.
    ///
    /// - Parameters:
    ///   - name: The queue.
    ///   - age: How long the job has waited that was found to have waited longest.
    public init(name: String, age: Duration) {
        self.name = name
        self.age = age
    }
}
