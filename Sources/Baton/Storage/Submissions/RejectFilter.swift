/// Which rejects to look at.
public struct RejectFilter: Sendable, Hashable {
    /// Only these; `nil` for all.
    public var ids: [JobID]?
    /// Only with this code; `nil` for all.
    public var code: String?
    /// Only of this producer; `nil` for all.
    public var producer: String?
    /// Only of this queue; `nil` for all.
    public var queue: String?

    /// Creates a filter.
    ///
    /// - Parameters:
    ///   - ids: Only these.
    ///   - code: Only with this code.
    ///   - producer: Only of this producer.
    ///   - queue: Only of this queue.
    public init(ids: [JobID]? = nil, code: String? = nil, producer: String? = nil, queue: String? = nil) {
        self.ids = ids
        self.code = code
        self.producer = producer
        self.queue = queue
    }
}
