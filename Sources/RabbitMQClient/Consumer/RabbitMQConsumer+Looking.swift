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
