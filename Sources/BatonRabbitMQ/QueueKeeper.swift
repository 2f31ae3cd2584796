internal import Baton
internal import Locking
internal import RabbitMQClient

/// A connection that queues are looked for and declared on.
protocol QueueConnection: Sendable {
    func missing(of queues: [String]) async throws(RabbitMQError) -> [String]
    func declareOnce(_ topology: RabbitMQTopology) async throws(RabbitMQError)
}

extension RabbitMQConsumer: QueueConnection {}
extension RabbitMQPublisher: QueueConnection {}

/// Declares queues of jobs, and has those that are missing told of before.
///
/// A program that does not declare has them told of all the same, each time it finds one missing: what was in it is published
/// again once an administrator has made the queue.
///
/// One task at a time sees to a queue: who finds it missing while another does waits, and then finds it there.
final class QueueKeeper: Sendable {
    private let topology: DispatchTopology
    private let watcher = Locked<(any QueueWatch)?>(nil)
    private let turns = QueueTurns()

    init(topology: DispatchTopology) {
        self.topology = topology
    }

    /// Whether anybody is told.
    var isWatched: Bool {
        watcher.withLock { $0 != nil }
    }

    /// Says who is told; the first word counts.
    func watch(_ watch: any QueueWatch) {
        watcher.withLock { $0 = $0 ?? watch }
    }

    /// Declares all lanes of a queue, or verifies them; if the queue is missing, after that was told.
    ///
    /// Lanes of other levels than normal are no sign that it is: they are not there yet where an older version was the last
    /// to declare it. What such a lane loses by itself, probes find.
    ///
    /// - Throws: `RabbitMQError` when the broker refuses or the connection is lost, when a lane is missing that is only
    ///   looked for, and when the task is cancelled: who watches may not have done what is to be done before.
    func declare(_ queue: String, on connection: some QueueConnection) async throws(RabbitMQError) {
        let lanes = topology.lanes(of: queue)
        guard let watch = watcher.withLock({ $0 }) else { return try await connection.declareOnce(lanes) }
        guard await turns.take(queue) else { throw Self.cancelled }
        defer { turns.leave(queue) }
        let names = [topology.dispatchQueue(queue), topology.bundleQueue(queue)]
        if !(try await connection.missing(of: names)).isEmpty {
            await watch.queueIsMissing(queue) {
                (try? await connection.missing(of: names)).map { !$0.isEmpty }
            }
            if Task.isCancelled { throw Self.cancelled }
        }
        try await connection.declareOnce(lanes)
    }

    private static let cancelled = RabbitMQError(
        code: .connectionClosed,
        message: "The connection ended before the queue was declared"
    )
}
