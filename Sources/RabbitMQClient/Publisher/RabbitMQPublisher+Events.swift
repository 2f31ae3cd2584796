import Logging
import Synchronization

extension RabbitMQPublisher {
    /// Acts on what has happened on the connection.
    nonisolated func take(_ events: [ConnectionEvent]) {
        self.assumeIsolated { publisher in
            for event in events { publisher.take(event) }
            publisher.pump()
        }
    }

    private func take(_ event: ConnectionEvent) {
        switch event {
        case .confirm(_, let confirm):
            do throws(RabbitMQError) {
                self.resolve(try self.queue.settle(confirm))
                self.schedule.succeed()
                self.channelFailures = 0
            } catch {
                self.driver?.end(error)
            }
        case .content(_, let content):
            if case .returned(let reason) = content.kind { self.markReturned(content.message, reason) }
        case .blocked(let reason):
            self.unavailable = RabbitMQError(code: .blocked, message: "The broker takes no messages: \(reason)")
            self.isBlocked = true
            self.updateLink()
            self.logger.warning("RabbitMQ publisher is blocked", metadata: ["reason": "\(reason)"])
        case .unblocked:
            self.isBlocked = false
            self.updateLink()
        case .flow(self.channel, let isActive):
            self.isPaused = !isActive
            self.updateLink()
        case .channelClosed(self.channel, let error):
            self.channelIsGone(error)
        case .closed(let error):
            self.linkIsGone(error)
        case .channelClosed, .consumerCancelled, .flow, .drained:
            break
        }
    }

    private func markReturned(_ message: RabbitMQMessage, _ reason: CloseReason) {
        // A return carries no number, only the message. Of messages that are equal in everything it does not matter
        // which is said to have come back; where the broker has changed something, the identity has to do.
        let isFound =
            self.queue.markReturned(reason) { $0.message == message }
            || self.queue.markReturned(reason) {
                $0.message.exchange == message.exchange && $0.message.routingKey == message.routingKey
                    && $0.message.properties.messageID == message.properties.messageID
            }
        if !isFound { self.logger.error("RabbitMQ returned a message that is not on the wire") }
    }

    /// Sends, or holds back, as the broker has said last.
    func updateLink() {
        guard self.channel != nil else { return }
        if self.isPaused && !self.isBlocked {
            self.unavailable = RabbitMQError(code: .blocked, message: "The broker has asked for a pause")
        }
        self.setLink(self.isBlocked || self.isPaused ? .blocked : .open)
    }

    private func setLink(_ link: PublishQueue<PublishTicket>.Link) {
        self.queue.setLink(link)
        self.isOpen.store(link == .open, ordering: .relaxed)
        self.keepWatch()
    }

    private func channelIsGone(_ error: RabbitMQError) {
        self.unavailable = error
        self.channel = nil
        self.setLink(.closed)
        self.resolve(self.queue.loseChannel(error))
        self.change.ring()
    }

    func linkIsGone(_ error: RabbitMQError) {
        let driver = self.driver.take()
        driver?.end(error)
        self.channelIsGone(error)
    }
}
