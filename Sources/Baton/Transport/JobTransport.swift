public import ServiceLifecycle

/// How servers are woken: dispatch messages through a broker.
///
/// Nothing is true because a message says so; storage decides.
public protocol JobTransport: Service {
    /// Whether messages can be published at the moment.
    var isConnected: Bool { get }

    /// Publishes wake-ups, persistent, mandatory and confirmed; several calls may be under way at once.
    ///
    /// - Parameter messages: The messages; their rows are committed.
    /// - Returns: What became of each, in order, once all are answered or given up. Never waits without bound.
    func publish(_ messages: [DispatchMessage]) async -> [PublishOutcome]

    /// Sets messages aside that have no row, with the reason, confirmed.
    ///
    /// - Parameters:
    ///   - messages: The messages.
    ///   - reason: Why.
    /// - Returns: What became of each, in order.
    func park(_ messages: [DispatchMessage], reason: String) async -> [PublishOutcome]

    /// Sends a word to every server. Best effort.
    ///
    /// - Parameter message: The word.
    func broadcast(_ message: ControlMessage) async

    /// Makes the intake of one server.
    ///
    /// - Parameters:
    ///   - queues: The queues it serves.
    ///   - prefetch: How many deliveries of each queue may wait unsettled.
    ///   - presence: By what other servers can see whether this one is connected.
    /// - Returns: The intake, which does nothing until it is run.
    func makeConsumer(queues: [String], prefetch: Int, presence: ServerPresence) -> any JobConsumer
}
