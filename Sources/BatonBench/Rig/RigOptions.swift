/// How a measurement's Baton is set up; `nil` leaves it to Baton's own default.
struct RigOptions: Sendable {
    /// How the broker keeps the queue.
    enum QueueType: String, Sendable, CaseIterable {
        case classic, quorum
    }

    var namespace: String?
    /// `nil`: without a broker, PostgreSQL alone.
    var queueType: QueueType? = .classic
    var concurrency: Int?
    var lookAhead: Int?
    var servers = 1
}
