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

    /// Makes a round trip through queues and their channels, and says among the events when it is done.
    ///
    /// What each queue had sent before is among the events by then, unless it is one of several members of a quorum queue that
    /// lags behind; and what had been settled before is known to the broker.
    ///
    /// - Parameters:
    ///   - queues: The queues' names.
    ///   - label: What the event is told by.
    /// - Returns: Whether the event comes, unless a channel of them is lost before it is read; not where one is not consumed,
    ///   or was lost meanwhile.
    public func catchUp(_ queues: [String], label: String) async -> Bool {
        let sessions = queues.map { self.session(consuming: $0) }
        guard let driver = self.driver, !sessions.contains(nil) else { return false }
        for (queue, session) in zip(queues, sessions) {
            guard let session, let channel = self.channelOfSession[session] else { return false }
            do throws(RabbitMQError) {
                // Answered by the queue's process: what it sent before waits at the channel's by then. But the channel
                // passes the answer on at once, and only then what waits; so it is asked a second time.
                guard try await driver.looks(for: queue, channel: channel) else { return false }
                try await driver.call(.queueDeclare(RabbitMQQueue(queue), isPassive: true), channel: channel)
            } catch {
                return false
            }
        }
        guard queues.map({ self.session(consuming: $0) }) == sessions else { return false }
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
