/// One server's intake from an ``InMemoryTransport``.
package struct InMemoryConsumer: JobConsumer {
    /// The number of its channel.
    package let id: Int
    let transport: InMemoryTransport
    let clock: any JobClock
    let events: AsyncStream<TransportEvent>
    /// Rung when there may be something to consume that is not.
    let change: Wakeup
    let willConsume: (@Sendable (_ queue: String) async -> Bool)?

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
        defer { transport.change { $0.close(id) } }
        while true {
            await consume()
            try await change.wait()
        }
    }

    /// Consumes what is not consumed and may be; of what is paused it is only asked.
    private func consume() async {
        let (session, pending) = transport.read { ($0.channels[id]?.session ?? 0, $0.channels[id]?.pending ?? []) }
        var wanted: [String] = []
        for queue in pending {
            await transport.declare(queue)
            if await willConsume?(queue) ?? true {
                wanted.append(queue)
            } else {
                transport.change { $0.refuse(queue, on: id, session: session) }
            }
        }
        transport.change { $0.consume(wanted, on: id, session: session) }
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

    /// Says that all deliveries of a queue are among the events by now, and says so among them.
    ///
    /// - Parameters:
    ///   - queue: The queue.
    ///   - probe: The round it is for.
    /// - Returns: Whether the event comes; not where the queue is neither consumed nor paused.
    package func catchUp(queue: String, probe: ProbeID) async -> Bool {
        transport.change { $0.catchUp(id, queue: queue, probe: probe) }
    }

    /// Takes no deliveries from some queues, and from all others again.
    ///
    /// - Parameter queues: All queues that are paused now.
    package func pause(_ queues: Set<String>) async {
        transport.change { $0.pause(queues, on: id) }
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
