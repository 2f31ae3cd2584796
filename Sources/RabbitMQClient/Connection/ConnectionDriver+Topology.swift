extension ConnectionDriver {
    /// Declares what there should be, or looks for it, as the topology says; what exists as described stays as it is.
    func declare(_ topology: RabbitMQTopology, channel: UInt16) async throws(RabbitMQError) {
        if let remedy = topology.mode.remedy {
            return try await self.verify(topology, remedy: remedy, channel: channel)
        }
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

    /// Looks for exchanges and queues; when one is missing, the broker has closed the channel.
    private func verify(
        _ topology: RabbitMQTopology,
        remedy: String,
        channel: UInt16
    ) async throws(RabbitMQError) {
        for exchange in topology.exchanges {
            let method = OutgoingMethod.exchangeDeclare(exchange, isPassive: true)
            try await self.find(channel, "exchange \(exchange.name)", method, remedy: remedy)
        }
        for queue in topology.queues {
            // By its name alone, as attributes are not compared.
            let method = OutgoingMethod.queueDeclare(RabbitMQQueue(queue.name), isPassive: true)
            try await self.find(channel, "queue \(queue.name)", method, remedy: remedy)
        }
    }

    private func find(
        _ channel: UInt16,
        _ what: String,
        _ method: OutgoingMethod,
        remedy: String
    ) async throws(RabbitMQError) {
        do throws(RabbitMQError) {
            try await self.call(method, channel: channel)
        } catch {
            guard error.code == .notFound, !error.saysQueueIsDown else { throw error }
            throw RabbitMQError(
                code: .notFound,
                message: ["The \(what) is missing.", remedy, error.message].filter { !$0.isEmpty }
                    .joined(separator: " "),
                replyCode: error.replyCode,
                underlyingError: error
            )
        }
    }

    /// Declares on a channel of its own, which the broker closes when it refuses: everything else goes on.
    func declareApart(_ topology: RabbitMQTopology) async throws(RabbitMQError) {
        let channel = try await self.openChannel()
        do throws(RabbitMQError) {
            try await self.declare(topology, channel: channel)
        } catch {
            // With its refusal the broker has closed the channel; its number may be another's by now.
            if error.replyCode == nil { await self.closeChannel(channel) }
            throw error
        }
        await self.closeChannel(channel)
    }

    /// Looks which of some queues are not there; on a channel of its own, since the broker closes the channel with each answer
    /// that one is not.
    func missing(of queues: [String]) async throws(RabbitMQError) -> [String] {
        var missing: [String] = []
        var channel: UInt16?
        for queue in queues {
            let open: UInt16
            if let channel { open = channel } else { open = try await self.openChannel() }
            channel = try await self.looks(for: queue, channel: open) ? open : nil
            if channel == nil { missing.append(queue) }
        }
        if let channel { await self.closeChannel(channel) }
        return missing
    }

    /// Looks whether a queue is there.
    ///
    /// When it is not, or that cannot be told, the broker has closed the channel.
    ///
    /// - Returns: Whether it is, be it another connection's own.
    func looks(for queue: String, channel: UInt16) async throws(RabbitMQError) -> Bool {
        do throws(RabbitMQError) {
            try await self.call(.queueDeclare(RabbitMQQueue(queue), isPassive: true), channel: channel)
            return true
        } catch {
            guard error.code == .notFound, !error.saysQueueIsDown else { throw error }
            return false
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
