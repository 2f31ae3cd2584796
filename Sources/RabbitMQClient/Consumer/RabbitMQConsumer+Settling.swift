import PollExecutor

extension RabbitMQConsumer {
    /// Acknowledges deliveries: the broker forgets them.
    ///
    /// Those whose channel has gone are passed over.
    ///
    /// - Parameter deliveries: The deliveries.
    public nonisolated func acknowledge(_ deliveries: [RabbitMQDelivery]) {
        self.acknowledge(deliveries.map(\.tag))
    }

    /// Acknowledges deliveries by their tags: the broker forgets them.
    ///
    /// Those whose channel has gone are passed over.
    ///
    /// - Parameter tags: The deliveries' tags.
    public nonisolated func acknowledge(_ tags: [RabbitMQDeliveryTag]) {
        self.settle(tags) { .ack(tag: $0, isMultiple: $1) }
    }

    /// Rejects deliveries.
    ///
    /// Those whose channel has gone are passed over: the broker delivers them again anyway.
    ///
    /// - Parameters:
    ///   - deliveries: The deliveries.
    ///   - requeue: Whether the broker shall deliver them again; otherwise it drops them, or dead-letters them.
    public nonisolated func reject(_ deliveries: [RabbitMQDelivery], requeue: Bool) {
        self.reject(deliveries.map(\.tag), requeue: requeue)
    }

    /// Rejects deliveries by their tags.
    ///
    /// Those whose channel has gone are passed over: the broker delivers them again anyway.
    ///
    /// - Parameters:
    ///   - tags: The deliveries' tags.
    ///   - requeue: Whether the broker shall deliver them again; otherwise it drops them, or dead-letters them.
    public nonisolated func reject(_ tags: [RabbitMQDeliveryTag], requeue: Bool) {
        self.settle(tags) { .nack(tag: $0, isMultiple: $1, requeues: requeue) }
    }

    /// Settles on the consumer's thread, where the caller may be already; nobody waits for it.
    private nonisolated func settle(
        _ tags: [RabbitMQDeliveryTag],
        _ method: @escaping @Sendable (UInt64, Bool) -> OutgoingMethod
    ) {
        self.executor.executeInline { self.assumeIsolated { $0.settleHere(tags, method) } }
    }

    private func settleHere(_ tags: [RabbitMQDeliveryTag], _ method: (UInt64, Bool) -> OutgoingMethod) {
        guard let first = tags.first else { return }
        // Mostly they come from one queue.
        guard tags.contains(where: { $0.session != first.session }) else {
            return self.settle(tags, of: first.session, method)
        }
        for (session, tags) in Dictionary(grouping: tags, by: \.session) { self.settle(tags, of: session, method) }
    }

    private func settle(
        _ tags: [RabbitMQDeliveryTag],
        of session: UInt64,
        _ method: (UInt64, Bool) -> OutgoingMethod
    ) {
        guard let driver = self.driver, let channel = self.channelOfSession[session] else {
            self.voidSettlements += tags.count
            return
        }
        guard let settlement = self.channels[channel]?.unsettled.settle(tags.lazy.map(\.tag)) else { return }
        self.voidSettlements += settlement.passedOver
        do throws(RabbitMQError) {
            if let tag = settlement.upTo { try driver.send(method(tag, true), channel: channel) }
            for tag in settlement.single { try driver.send(method(tag, false), channel: channel) }
        } catch {
            // The channel is closing or gone; its deliveries come again.
            self.voidSettlements += 1
        }
    }
}
