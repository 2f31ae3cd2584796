/// Which jobs a ``JobMonitor`` shows: those that match everything that is said.
public struct JobFilter: Sendable, Hashable {
    /// The most jobs of one page.
    public static let maximumLimit = 1_000

    /// The states; every one when it is empty.
    public var states: Set<JobState>
    /// The queue.
    public var queue: String?
    /// The stored name of the function.
    public var name: String?
    /// The jobs; of more than ``maximumLimit`` the first count.
    public var ids: [JobID]?

    /// Creates a filter.
    ///
    /// - Parameters:
    ///   - states: The states; every one when it is empty.
    ///   - queue: The queue, or `nil` for all.
    ///   - name: The stored name of the function, or `nil` for all.
    ///   - ids: The jobs, or `nil` for all.
    public init(states: Set<JobState> = [], queue: String? = nil, name: String? = nil, ids: [JobID]? = nil) {
        self.states = states
        self.queue = queue
        self.name = name
        self.ids = ids
    }

    /// What a limit is taken for.
    ///
    /// - Parameter limit: The limit.
    /// - Returns: The nearest that is allowed.
    package static func allowed(_ limit: Int) -> Int {
        min(max(limit, 1), maximumLimit)
    }
}
