extension ConnectionDriver {
    /// Declares what there should be; what exists as described stays as it is.
    func declare(_ topology: RabbitMQTopology, channel: UInt16) async throws(RabbitMQError) {
        for exchange in topology.exchanges {
            try await self.declare(
                channel,
                "the exchange \(exchange.name)",
                .exchangeDeclare(exchange, isPassive: false)
            )
        }
        for queue in topology.queues {
            try await self.declare(channel, "the queue \(queue.name)", .queueDeclare(queue, isPassive: false))
        }
        for binding in topology.bindings {
            try await self.declare(
                channel,
                "the binding of \(binding.queue) to \(binding.exchange)",
                .queueBind(binding)
            )
        }
    }

    private func declare(_ channel: UInt16, _ what: String, _ method: OutgoingMethod) async throws(RabbitMQError) {
        do throws(RabbitMQError) {
            try await self.call(method, channel: channel)
        } catch {
            let hint =
                error.code == .preconditionFailed
                ? " It exists with other attributes, which RabbitMQ does not change: delete it, or declare it as it is."
                : ""
            throw RabbitMQError(
                code: error.code,
                message: "Cannot declare \(what).\(hint) \(error.message)",
                replyCode: error.replyCode,
                underlyingError: error
            )
        }
    }
}
