import Logging
import Synchronization

extension RabbitMQConsumer {
    /// Keeps one queue consumed for as long as the connection lasts.
    func keepConsuming(_ index: Int, on connection: UInt64) async {
        var failures = 0
        let change = self.subscriptions[index].change
        while self.connection == connection {
            guard self.isWanted(index), !self.subscriptions[index].isUnwanted else {
                self.didTry(index, on: connection)
                if await self.askWhilePaused(index, on: connection) { continue }
                await change.wait()
                continue
            }
            let start = ContinuousClock.now
            do throws(RabbitMQError) {
                try await self.consume(index, on: connection)
                self.didTry(index, on: connection)
                while self.connection == connection, self.subscriptions[index].isActive { await change.wait() }
            } catch {
                guard self.connection == connection else { return }
                let queue = self.subscriptions[index].definition.queue.name
                self.logger.warning(
                    "RabbitMQ queue not consumed",
                    metadata: ["queue": "\(queue)", "error": "\(error)"]
                )
                self.tellEnd(of: index, error)
                self.didTry(index, on: connection)
            }
            guard self.connection == connection, self.isWanted(index), !self.subscriptions[index].isUnwanted else {
                continue
            }
            if start.duration(to: .now) > self.configuration.backoff.maximum { failures = 0 }
            failures += 1
            let delay = self.configuration.backoff.delay(afterFailures: failures)
            await change.pause(delay, on: self.executor)
        }
    }

    /// Asks for the new life of a paused queue's channel, though nothing is delivered in it: what was unsettled in the last
    /// one has gone back.
    ///
    /// - Returns: Whether it has asked; things may have changed meanwhile.
    private func askWhilePaused(_ index: Int, on connection: UInt64) async -> Bool {
        let subscription = self.subscriptions[index]
        guard self.isConsuming, subscription.isPaused, !subscription.isUnwanted, !subscription.isAsked,
            let willConsume = subscription.definition.willConsume
        else { return false }
        let isWanted = await willConsume()
        // What was said of a life that is over does not hold for the next.
        guard self.connection == connection, self.subscriptions[index].endings == subscription.endings else {
            return true
        }
        self.subscriptions[index].isAsked = isWanted
        self.subscriptions[index].isUnwanted = !isWanted
        return true
    }

    private func isWanted(_ index: Int) -> Bool { self.isConsuming && !self.subscriptions[index].isPaused }

    private func consume(_ index: Int, on connection: UInt64) async throws(RabbitMQError) {
        guard let driver = self.driver else { throw .closedHere }
        let definition = self.subscriptions[index].definition
        let channel = try await self.channel(for: index, on: connection, driver)
        let session = self.channels[channel]?.session
        // What took the queue may have taken its exchange along.
        if self.subscriptions[index].endings > 0 { try await driver.declare(self.topology, channel: channel) }
        if definition.declaresQueue {
            let topology = RabbitMQTopology(queues: [definition.queue], bindings: definition.bindings)
            try await driver.declare(topology, channel: channel)
        }
        try await driver.call(.qos(prefetch: definition.prefetch), channel: channel)
        guard self.isWanted(index) else { return }
        if let willConsume = definition.willConsume {
            self.didTry(index, on: connection)
            let isWanted = await willConsume()
            // What was said of a channel that is gone does not hold for the next.
            guard self.connection == connection, let session, self.channelOfSession[session] == channel else {
                throw .closedHere
            }
            self.subscriptions[index].isAsked = isWanted
            self.subscriptions[index].isUnwanted = !isWanted
            guard isWanted, self.isWanted(index) else { return }
        }
        let endings = self.subscriptions[index].endings
        self.subscriptions[index].isStarting = true
        defer { self.subscriptions[index].isStarting = false }
        try await driver.call(
            .consume(
                queue: definition.queue.name,
                consumerTag: self.subscriptions[index].consumerTag,
                isExclusive: definition.isExclusive
            ),
            channel: channel
        )
        // The broker's answer may have been overtaken: by the queue's end, or by a request to stop.
        self.subscriptions[index].isActive =
            self.connection == connection && self.isWanted(index) && self.subscriptions[index].endings == endings
        if self.subscriptions[index].isActive { self.subscriptions[index].isEndTold = false }
    }

    /// The channel of a queue, which has been looked for if somebody wants to know when it is missing.
    private func channel(
        for index: Int,
        on connection: UInt64,
        _ driver: ConnectionDriver
    ) async throws(RabbitMQError) -> UInt16 {
        let definition = self.subscriptions[index].definition
        let name = definition.queue.name
        if let open = self.subscriptions[index].channel, driver.isOpen(open) {
            if let whenMissing = definition.whenMissing, !(try await driver.missing(of: [name])).isEmpty {
                try await self.tell(whenMissing, of: index, on: connection)
            }
            // It may have been closed meanwhile.
            if driver.isOpen(open), self.subscriptions[index].channel == open { return open }
            throw .closedHere
        }
        var channel = try await driver.openChannel()
        // Nothing is delivered on it yet, so it can be lost by looking.
        if let whenMissing = definition.whenMissing, !(try await driver.looks(for: name, channel: channel)) {
            try await self.tell(whenMissing, of: index, on: connection)
            channel = try await driver.openChannel()
        }
        // A number of a connection that has gone meanwhile would mean nothing on the next.
        guard self.connection == connection else { throw .closedHere }
        let session = Self.counter.add(1, ordering: .relaxed).newValue
        self.subscriptions[index].channel = channel
        self.channels[channel] = Channel(session: session, subscription: index)
        self.channelOfSession[session] = channel
        return channel
    }

    private func tell(
        _ whenMissing: @Sendable (RabbitMQConsumer) async throws(RabbitMQError) -> Void,
        of index: Int,
        on connection: UInt64
    ) async throws(RabbitMQError) {
        self.didTry(index, on: connection)
        try await whenMissing(self)
        guard self.connection == connection else { throw .closedHere }
    }

    /// Notes that a queue is consumed, or cannot be; the connection is ready once this is known of all of them.
    private func didTry(_ index: Int, on connection: UInt64) {
        guard self.connection == connection, self.untried.remove(index) != nil, self.untried.isEmpty else { return }
        self.isReady(connection)
    }

    func isReady(_ connection: UInt64) {
        self.logger.debug("RabbitMQ consumer is connected")
        self.events.mailbox.update { $0.connect(connection) }
    }
}
