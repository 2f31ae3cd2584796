extension RabbitMQConsumer {
    /// Acknowledges deliveries: the broker forgets them.
    ///
    /// Those whose channel has gone are passed over.
    ///
    /// - Parameter deliveries: The deliveries.
    public func acknowledge(_ deliveries: [RabbitMQDelivery]) {
        self.settle(deliveries) { .ack(tag: $0, isMultiple: $1) }
    }

    /// Rejects deliveries.
    ///
    /// Those whose channel has gone are passed over: the broker delivers them again anyway.
    ///
    /// - Parameters:
    ///   - deliveries: The deliveries.
    ///   - requeue: Whether the broker shall deliver them again; otherwise it drops them, or dead-letters them.
    public func reject(_ deliveries: [RabbitMQDelivery], requeue: Bool) {
        self.settle(deliveries) { .nack(tag: $0, isMultiple: $1, requeues: requeue) }
    }

    private func settle(_ deliveries: [RabbitMQDelivery], _ method: (UInt64, Bool) -> OutgoingMethod) {
        for (session, deliveries) in Dictionary(grouping: deliveries, by: \.session) {
            guard let driver = self.driver, let channel = self.channelOfSession[session] else {
                self.voidSettlements += deliveries.count
                continue
            }
            guard let settlement = self.channels[channel]?.unsettled.settle(deliveries.lazy.map(\.deliveryTag)) else {
                continue
            }
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
}
