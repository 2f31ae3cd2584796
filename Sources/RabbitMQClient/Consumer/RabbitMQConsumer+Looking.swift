extension RabbitMQConsumer {
    /// Which life of a channel consumes a queue at the moment.
    ///
    /// While the number stays the same, the connection has not been broken.
    ///
    /// - Parameter queue: The queue's name.
    /// - Returns: A number that is unique in the process; nil if the queue is not consumed.
    public func session(consuming queue: String) -> UInt64? {
        let subscription = self.subscriptions.first { $0.definition.queue.name == queue }
        guard let subscription, subscription.isActive, let channel = subscription.channel else { return nil }
        return self.channels[channel]?.session
    }

    /// What has come from a queue and may be unsettled.
    private enum Life: Equatable {
        /// What came on this life of a channel.
        case channel(UInt64)
        /// Nothing: it was paused before it could be consumed.
        case rest
    }

    /// What may be unsettled of a queue that is consumed or paused.
    ///
    /// - Returns: That; nil while it is neither, or has not been asked for since its last life ended.
    private func life(of queue: String) -> Life? {
        let subscription = self.subscriptions.first { $0.definition.queue.name == queue }
        guard let subscription else { return nil }
        let isResting =
            subscription.isPaused && !subscription.isStarting
            && (subscription.isAsked || subscription.definition.willConsume == nil)
        guard subscription.isActive || isResting else { return nil }
        guard let channel = subscription.channel, let session = self.channels[channel]?.session else {
            return subscription.isActive ? nil : .rest
        }
        return .channel(session)
    }

    /// Makes a round trip through queues and their channels, and says among the events when it is done.
    ///
    /// Of a queue that is paused, too: of it no more comes. What each queue had sent before is among the events by then, unless it is one of several members of a quorum queue that
    /// lags behind; and what had been settled before is known to the broker.
    ///
    /// - Parameters:
    ///   - queues: The queues' names.
    ///   - label: What the event is told by.
    /// - Returns: Whether the event comes, unless a channel of them is lost before it is read; not where one is neither
    ///   consumed nor paused, or was lost meanwhile.
    public func catchUp(_ queues: [String], label: String) async -> Bool {
        let lives = queues.map { self.life(of: $0) }
        guard let driver = self.driver, !lives.contains(nil) else { return false }
        for (queue, life) in zip(queues, lives) {
            guard case .channel(let session)? = life else { continue }
            guard let channel = self.channelOfSession[session] else { return false }
            do throws(RabbitMQError) {
                // Answered by the queue's process: what it sent before waits at the channel's by then. But the channel
                // passes the answer on at once, and only then what waits; so it is asked a second time.
                guard try await driver.looks(for: queue, channel: channel) else { return false }
                try await driver.call(.queueDeclare(RabbitMQQueue(queue), isPassive: true), channel: channel)
            } catch {
                return false
            }
        }
        guard queues.map({ self.life(of: $0) }) == lives else { return false }
        self.events.mailbox.update { $0.catchUp(queues, label: label) }
        return true
    }

    /// Looks which of some queues are not there.
    ///
    /// - Parameter queues: The queues' names.
    /// - Returns: Those that the broker does not have.
    /// - Throws: ``RabbitMQError`` if that cannot be told.
    public func missing(of queues: [String]) async throws(RabbitMQError) -> [String] {
        guard let driver = self.driver else { throw .closedHere }
        return try await driver.missing(of: queues)
    }

    /// Declares exchanges, queues and bindings, this once.
    ///
    /// - Parameter topology: What there should be.
    /// - Throws: ``RabbitMQError`` when the broker refuses, or there is no connection.
    public func declareOnce(_ topology: RabbitMQTopology) async throws(RabbitMQError) {
        guard let driver = self.driver else { throw .closedHere }
        try await driver.declareApart(topology)
    }

    /// Asks over this consumer's connection whether a queue exists; on a channel of its own, since the broker closes the
    /// channel with the answer no.
    ///
    /// - Parameter queue: The queue's name.
    /// - Returns: Whether it exists, be it exclusive to another connection.
    /// - Throws: ``RabbitMQError`` if that cannot be told.
    public func exists(queue: String) async throws(RabbitMQError) -> Bool {
        guard let driver = self.driver else { throw .closedHere }
        let channel = try await driver.openChannel()
        do throws(RabbitMQError) {
            try await driver.call(.queueDeclare(RabbitMQQueue(queue), isPassive: true), channel: channel)
        } catch {
            switch error.code {
            case .notFound: return false
            case .resourceLocked: return true
            default: throw error
            }
        }
        await driver.closeChannel(channel)
        return true
    }
}
