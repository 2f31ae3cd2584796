public import Baton
internal import PollExecutor
internal import RabbitMQClient

extension RabbitMQTransport {
    /// Makes the intake of submissions of one server, over a connection of its own.
    ///
    /// - Parameters:
    ///   - queues: The queues it serves.
    ///   - prefetch: How many submissions of each queue may wait unsettled.
    ///   - executor: Where the server stores them; the intake lives there too when it is a `PollTaskExecutor`.
    /// - Returns: The intake, which does nothing until it is run.
    public func makeSubmissionConsumer(
        queues: [String],
        prefetch: Int,
        executor: (any TaskExecutor)?
    ) -> (any SubmissionConsumer)? {
        let queues = Set(queues).sorted()
        let consumer = Result { () throws(RabbitMQError) in
            var connection = try configuration.connection("submissions")
            // What is larger is no job, and is not kept.
            connection.maximumBodySize = SubmissionParser.maximumBodyBytes
            return RabbitMQConsumer(
                connection,
                topology: topology.submissions,
                subscriptions: queues.map { submissions(to: $0, prefetch: UInt16(clamping: prefetch)) },
                executor: (executor as? PollTaskExecutor)?.executor,
                logger: configuration.logger
            )
        }
        return RabbitMQSubmissionConsumer(
            consumer: consumer,
            topology: topology,
            queues: queues,
            logger: configuration.logger
        )
    }

    /// A subscription to the submissions of a queue.
    private func submissions(to name: String, prefetch: UInt16) -> RabbitMQSubscription {
        let (queue, binding) = topology.submit(name, limit: configuration.maximumSubmissions)
        var subscription = RabbitMQSubscription(
            queue,
            bindings: [binding],
            prefetch: prefetch,
            declaresQueue: topology.declares
        )
        if !topology.declares {
            let expected = RabbitMQTopology(queues: [queue], mode: topology.mode)
            subscription.whenMissing = { @Sendable consumer throws(RabbitMQError) in
                try await consumer.declareOnce(expected)
            }
        }
        return subscription
    }

    /// Publishes rejects to their producers, persistent, mandatory and confirmed.
    ///
    /// - Parameter rejects: The rejects.
    /// - Returns: What became of each, in order.
    public func publish(rejects: [RejectedSubmission]) async -> [PublishOutcome] {
        guard case .success(let publisher) = publisher else {
            return rejects.map { _ in .unconfirmed(reason: "The broker's URL cannot be used.") }
        }
        let exchange = topology.rejectedExchange
        var outcomes = await publisher.publish(rejects.map { RabbitMQMessage($0, exchange: exchange) })
        for (index, outcome) in outcomes.enumerated() where outcome.kind == .invalid {
            let bare = RabbitMQMessage(rejects[index], exchange: exchange, isBare: true)
            if let outcome = await publisher.publish([bare]).first { outcomes[index] = outcome }
        }
        if outcomes.contains(where: { $0.kind == .returned }) {
            // The queue may be gone; what is there stays as it is.
            try? await publisher.declare(topology.submissions)
        }
        return outcomes.map { outcome in
            outcome.kind == .invalid ? .refused(reason: outcome.description) : PublishOutcome(outcome)
        }
    }
}
