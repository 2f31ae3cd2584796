/// Who is told before a transport makes a queue anew that the broker does not have (PROTOCOL section 4, "queue gone").
public protocol QueueWatch: Sendable {
    /// The broker has no such queue, or has lost a lane of it; the transport declares it once this returns.
    ///
    /// For a queue that never was, there is nothing to lose, and this is asked all the same.
    ///
    /// - Parameters:
    ///   - queue: The queue.
    ///   - isStillMissing: Looks again; `nil` when that cannot be told.
    func queueIsMissing(_ queue: String, isStillMissing: @Sendable () async -> Bool?) async
}
