/// One server's intake from an ``InMemoryTransport``.
package struct InMemoryConsumer: JobConsumer {
    /// The number of its channel.
    package let id: Int
    let transport: InMemoryTransport
    let clock: any JobClock
    let events: AsyncStream<TransportEvent>

    /// Waits for the next event.
    ///
    /// - Returns: The event, or `nil` when ``run()`` has ended or the task is cancelled.
    package func next() async -> TransportEvent? {
        // Every iterator of a stream takes from the same buffer.
        var iterator = events.makeAsyncIterator()
        return await iterator.next()
    }

    /// Consumes until cancelled.
    ///
    /// - Throws: `CancellationError`.
    package func run() async throws {
        let now = clock.now
        transport.change { $0.run(id, at: now) }
        let (never, end) = AsyncStream<Never>.makeStream()
        for await _ in never {}
        withExtendedLifetime(end) {}
        transport.change { $0.close(id) }
        throw CancellationError()
    }

    /// Whether other servers can see that this one is connected.
    ///
    /// - Returns: Whether they can.
    package func isPresent() async -> Bool {
        transport.read { $0.channels[id]?.isConnected ?? false }
    }

    /// Looks at another server, or at itself.
    ///
    /// - Parameter presence: The server.
    /// - Returns: What is to be seen; `nil` while this one is not connected.
    package func sight(_ presence: ServerPresence) async -> PresenceSighting? {
        let now = clock.now
        return transport.read { queues in
            guard let own = queues.channels[id], own.isConnected else { return nil }
            return PresenceSighting(
                isThere: queues.channels.values.contains { $0.presence == presence && $0.isConnected },
                connectionAge: own.since.duration(to: now)
            )
        }
    }

    /// Stops new deliveries; those already here can still be settled.
    package func stopDeliveries() async {
        transport.change { $0.channels[id]?.takesDeliveries = false }
    }

    /// Acknowledges deliveries; those of an earlier connection are passed over.
    ///
    /// - Parameter deliveries: The deliveries.
    package func acknowledge(_ deliveries: [Delivery]) async {
        transport.change { queues in
            for delivery in deliveries { _ = queues.acknowledge(delivery, on: id) }
        }
    }

    /// Gives deliveries back to the front of their queues; with one of a bundle the whole bundle.
    ///
    /// - Parameter deliveries: The deliveries.
    package func giveBack(_ deliveries: [Delivery]) async {
        transport.change { _ = $0.giveBack(deliveries, on: id) }
    }
}
