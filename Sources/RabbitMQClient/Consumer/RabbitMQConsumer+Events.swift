extension RabbitMQConsumer {
    /// Acts on what has happened on the connection.
    nonisolated func take(_ events: [ConnectionEvent]) {
        self.assumeIsolated { consumer in
            var deliveries: [RabbitMQDelivery] = []
            deliveries.reserveCapacity(events.count)
            for event in events {
                if case .content(let channel, let content) = event {
                    if let delivery = consumer.delivery(content, channel: channel) { deliveries.append(delivery) }
                    continue
                }
                consumer.publish(&deliveries)
                consumer.take(event)
            }
            consumer.publish(&deliveries)
        }
    }

    private func publish(_ deliveries: inout [RabbitMQDelivery]) {
        guard !deliveries.isEmpty else { return }
        self.events.mailbox.update { [deliveries] in $0.append(deliveries) }
        deliveries = []
    }

    private func delivery(_ content: Content, channel: UInt16) -> RabbitMQDelivery? {
        guard case .delivery(_, let tag, let isRedelivered) = content.kind,
            let session = self.channels[channel]?.session, let index = self.channels[channel]?.subscription
        else { return nil }
        do throws(RabbitMQError) {
            try self.channels[channel]?.unsettled.deliver(tag)
        } catch {
            self.driver?.end(error)
            return nil
        }
        return RabbitMQDelivery(
            queue: self.subscriptions[index].definition.queue.name,
            message: content.message,
            isRedelivered: isRedelivered,
            deliveryTag: tag,
            session: session,
            bodySize: content.bodySize
        )
    }

    private func take(_ event: ConnectionEvent) {
        switch event {
        case .consumerCancelled(let channel, _):
            guard let index = self.channels[channel]?.subscription else { return }
            let message = "The broker has cancelled the consumer; the queue has been deleted or is not available"
            self.subscriptionHasEnded(index, RabbitMQError(code: .notFound, message: message))
        case .channelClosed(let channel, let error):
            guard let index = self.channels[channel]?.subscription else { return }
            self.subscriptionHasEnded(index, error)
            self.forget(channel)
            self.subscriptions[index].channel = nil
            self.subscriptions[index].isAsked = false
        case .closed(let error):
            self.events.mailbox.update { $0.disconnect(error) }
            self.connectionIsGone(error)
        case .content, .confirm, .flow, .blocked, .unblocked, .drained:
            break
        }
    }

    private func subscriptionHasEnded(_ index: Int, _ error: RabbitMQError) {
        self.tellEnd(of: index, error)
        self.subscriptions[index].isActive = false
        self.subscriptions[index].endings += 1
        self.subscriptions[index].change.ring()
    }

    /// Tells the reader that a queue is not consumed, once until it is again.
    func tellEnd(of index: Int, _ error: RabbitMQError) {
        guard !self.subscriptions[index].isEndTold else { return }
        self.subscriptions[index].isEndTold = true
        let queue = self.subscriptions[index].definition.queue.name
        self.events.mailbox.update { $0.cancel(queue: queue, error) }
    }

    private func forget(_ channel: UInt16) {
        guard let removed = self.channels.removeValue(forKey: channel) else { return }
        self.channelOfSession[removed.session] = nil
        let queue = self.subscriptions[removed.subscription].definition.queue.name
        self.events.mailbox.update { $0.removeDeliveries(of: removed.session, queue: queue) }
    }
}
