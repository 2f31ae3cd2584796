internal import Baton
internal import Logging
internal import RabbitMQClient

/// A server's intake of submissions over RabbitMQ.
final class RabbitMQSubmissionConsumer: SubmissionConsumer {
    private let consumer: Result<RabbitMQConsumer, RabbitMQError>
    private let topology: DispatchTopology
    /// The queues of jobs by the broker's names.
    private let queues: [String: String]
    private let logger: Logger

    init(
        consumer: Result<RabbitMQConsumer, RabbitMQError>,
        topology: DispatchTopology,
        queues: [String],
        logger: Logger
    ) {
        self.consumer = consumer
        self.topology = topology
        self.queues = Dictionary(uniqueKeysWithValues: queues.map { (topology.submitQueue($0), $0) })
        self.logger = logger
    }

    func run() async throws {
        // Not `run()`: at a graceful shutdown the server still has deliveries to settle.
        try await consumer.get().consume()
    }

    func next() async -> [SubmissionDelivery]? {
        guard let consumer = try? consumer.get() else { return nil }
        var events = consumer.events.makeAsyncIterator()
        while let event = await events.next() {
            switch event {
            case .connected:
                logger.info(
                    "taking submissions",
                    metadata: ["queues": "\(queues.values.sorted().joined(separator: ","))"]
                )
            case .disconnected(let error):
                logger.warning("not taking submissions; connecting again", metadata: ["error": "\(error.message)"])
            case .cancelled(let queue, let error):
                logger.warning(
                    "queue lost, consuming again",
                    metadata: ["queue": "\(queue)", "error": "\(error.message)"]
                )
            case .caughtUp: break
            case .deliveries(let deliveries):
                return deliveries.compactMap { delivery in
                    queues[delivery.queue].map { SubmissionDelivery(delivery, of: $0) }
                }
            }
        }
        return nil
    }

    func setPaused(_ isPaused: Bool, queue: String) async {
        guard let consumer = try? consumer.get() else { return }
        if isPaused {
            await consumer.stopConsuming(queue: topology.submitQueue(queue))
        } else {
            await consumer.resumeConsuming(queue: topology.submitQueue(queue))
        }
    }

    func stopDeliveries() async {
        await (try? consumer.get())?.stopConsuming()
    }

    func acknowledge(_ deliveries: [SubmissionDelivery]) async {
        if !deliveries.isEmpty { (try? consumer.get())?.acknowledge(deliveries.map(\.settlementTag)) }
    }

    func giveBack(_ deliveries: [SubmissionDelivery]) async {
        if !deliveries.isEmpty { (try? consumer.get())?.reject(deliveries.map(\.settlementTag), requeue: true) }
    }
}

extension SubmissionDelivery {
    fileprivate init(_ delivery: RabbitMQDelivery, of queue: String) {
        self.init(
            message: SubmittedMessage(delivery, of: queue),
            session: delivery.session,
            tag: delivery.deliveryTag
        )
    }

    fileprivate var settlementTag: RabbitMQDeliveryTag { RabbitMQDeliveryTag(session: session, tag: tag) }
}
