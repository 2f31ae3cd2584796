import Baton
import Locking

/// A server's intake, over a connection that is cut and made again.
final class SimulatedConsumer: JobConsumer {
    private struct Connection {
        let inner: InMemoryConsumer
        let since: JobInstant
        let run: Task<Void, Never>
        let intake: Task<Void, Never>
    }

    private struct State {
        var isOpen = false
        var takesDeliveries = true
        var connection: Connection?
        /// Asks whether it may consume.
        var connecting: Task<Void, Never>?
        /// What is paused.
        var paused: Set<String> = []
        /// What is resumed, and asked for before it is consumed.
        var resuming: Set<String> = []
        /// Who asks.
        var askers: [Task<Void, Never>] = []
        /// What is on its way back to the broker.
        var returning: [Task<Void, Never>] = []
    }

    private let transport: SimulatedTransport
    private let queues: [String]
    private let prefetch: Int
    private let levelPrefetch: Int
    private let presence: ServerPresence
    private let willConsume: @Sendable (String) async -> Bool
    private let events: AsyncStream<TransportEvent>
    private let arrivals: AsyncStream<TransportEvent>.Continuation
    private let state = Locked(State())
    private var world: SimulationWorld { transport.world }

    init(
        transport: SimulatedTransport,
        queues: [String],
        prefetch: Int,
        levelPrefetch: Int,
        presence: ServerPresence,
        willConsume: @escaping @Sendable (String) async -> Bool
    ) {
        self.willConsume = willConsume
        self.transport = transport
        self.queues = queues
        self.prefetch = prefetch
        self.levelPrefetch = levelPrefetch
        self.presence = presence
        (events, arrivals) = AsyncStream.makeStream()
    }

    // MARK: The connection

    /// Connects, if the link stands and the server wants to consume.
    func connect() {
        guard transport.link.isUp else { return }
        state.withLock { state in
            guard state.isOpen, state.connection == nil, state.connecting == nil else { return }
            let life = transport.link.life
            // Ends with the connection, or with the process.
            state.connecting = Task.detached(executorPreference: transport.executor) { await self.connect(life) }
        }
    }

    /// Consumes once the server says so, unless the connection is cut meanwhile.
    private func connect(_ life: Int) async {
        var isWanted = true
        for queue in queues where isWanted {
            await transport.declare(queue)
            isWanted = await willConsume(queue)
        }
        let isNeeded = state.withLock { state in
            guard !Task.isCancelled else { return false }
            state.connecting = nil
            return state.isOpen && state.connection == nil
        }
        guard isNeeded, isWanted, transport.link.isUp, transport.link.life == life else { return }
        let inner = world.broker.makeConsumer(
            queues: queues,
            prefetch: prefetch,
            levelPrefetch: levelPrefetch,
            presence: presence
        )
        world.losses.opened(inner.id, by: transport.process)
        // Asked for they are, but not consumed.
        let paused = state.withLock { $0.paused }
        world.broker.change { $0.pause(paused, on: inner.id) }
        let run = world.onWire { try? await inner.run() }
        let intake = world.onWire { await self.take(from: inner) }
        let connection = Connection(inner: inner, since: world.scheduler.now, run: run, intake: intake)
        state.withLock { $0.connection = connection }
    }

    /// Ends the connection; what is not settled goes back to its queue.
    ///
    /// - Parameter isNoticed: Whether the server hears of it.
    func disconnect(isNoticed: Bool = true) {
        let tasks = state.withLock { state in
            state.returning = []
            state.resuming = []
            let asking = state.askers + [state.connecting.take()].compactMap { $0 }
            state.askers = []
            return asking
        }
        for task in tasks { task.cancel() }
        guard let connection = state.withLock({ $0.connection.take() }) else { return }
        connection.intake.cancel()
        connection.run.cancel()
        if isNoticed { arrivals.yield(.disconnected(reason: "cut by the simulation")) }
    }

    /// Ends the connection for good: its process is gone.
    func abandon() {
        state.withLock { $0.isOpen = false }
        disconnect(isNoticed: false)
    }

    /// Cuts the connection, which is made again after a while.
    func cut() {
        disconnect()
        world.scheduler.after(world.random.duration(.milliseconds(10), .seconds(2))) { self.connect() }
    }

    private func take(from inner: any JobConsumer) async {
        while let event = await inner.next() {
            switch event {
            case .connected:
                arrivals.yield(event)
                continue
            case .disconnected:
                continue
            case .arrived, .probed, .caughtUp:
                await world.travel()
                guard !Task.isCancelled else { return }
            }
            guard case .arrived(var deliveries, let words) = event else {
                arrivals.yield(event)
                continue
            }
            if deliveries.count > 1, world.random.chance(world.faults.reordering) {
                for index in deliveries.indices.dropLast() {
                    deliveries.swapAt(index, index + world.random.below(deliveries.count - index))
                }
            }
            arrivals.yield(.arrived(deliveries, words: words))
        }
    }

    // MARK: JobConsumer

    func next() async -> TransportEvent? {
        // Every iterator of a stream takes from the same buffer.
        var iterator = events.makeAsyncIterator()
        return await iterator.next()
    }

    func run() async throws {
        state.withLock { $0.isOpen = true }
        connect()
        try? await world.clock.sleep(for: .seconds(1_000_000))
        state.withLock { $0.isOpen = false }
        disconnect(isNoticed: false)
        arrivals.finish()
        throw CancellationError()
    }

    func isPresent() async -> Bool {
        state.withLock { $0.connection != nil }
    }

    func sight(_ presence: ServerPresence) async -> PresenceSighting? {
        await world.travel()
        guard transport.link.isUp, let connection = state.withLock({ $0.connection }) else { return nil }
        guard var sighting = await connection.inner.sight(presence) else { return nil }
        sighting.connectionAge = connection.since.duration(to: world.scheduler.now)
        await world.travel()
        guard state.withLock({ $0.connection?.since }) == connection.since else { return nil }
        world.sightings.note(presence, isThere: sighting.isThere, by: transport.process)
        return sighting
    }

    func catchUp(queue: String, probe: ProbeID) async -> Bool {
        let (connection, returning) = state.withLock { ($0.connection, $0.returning) }
        guard let connection, transport.link.isUp else { return false }
        // A channel keeps the order of what is sent on it.
        for task in returning { await task.value }
        await world.travel()
        guard state.withLock({ $0.connection?.inner.id }) == connection.inner.id, transport.link.isUp else {
            return false
        }
        return await connection.inner.catchUp(queue: queue, probe: probe)
    }

    func pause(_ queues: Set<String>) async {
        let (connection, resumed) = state.withLock { state -> (Connection?, Set<String>) in
            let resumed = state.paused.subtracting(queues)
            state.paused = queues
            guard state.connection != nil else { return (nil, resumed) }
            state.resuming.formUnion(resumed)
            return (state.connection, resumed)
        }
        guard let connection else { return }
        await world.travel()
        applyPauses(to: connection)
        guard !resumed.isEmpty else { return }
        // Ends with its answer, or with the connection.
        let asker = Task.detached(executorPreference: transport.executor) {
            for queue in resumed.sorted() {
                guard await self.willConsume(queue) else { return }
            }
            self.state.withLock { $0.resuming.subtract(resumed) }
            await self.world.travel()
            self.applyPauses(to: connection)
        }
        state.withLock { $0.askers.append(asker) }
    }

    /// Has the broker deliver from what is neither paused nor still to be asked for.
    private func applyPauses(to connection: Connection) {
        let left = state.withLock { state in
            state.connection?.inner.id == connection.inner.id ? state.paused.union(state.resuming) : nil
        }
        guard let left else { return }
        world.broker.change { $0.pause(left, on: connection.inner.id) }
    }

    func stopDeliveries() async {
        let inner = state.withLock { state in
            state.takesDeliveries = false
            return state.connection?.inner
        }
        await inner?.stopDeliveries()
    }

    func acknowledge(_ deliveries: [Delivery]) async {
        guard !Task.isCancelled, !deliveries.isEmpty else { return }
        guard let inner = state.withLock({ $0.connection?.inner }) else { return }
        // One of a connection that is gone is none.
        for delivery in deliveries where world.broker.read({ $0.isUnsettled(delivery, on: inner.id) }) {
            world.ledger.acknowledged(delivery.message) {
                delivery.isBundled && world.broker.holds(delivery.message)
            }
        }
        world.scheduler.note(
            "acknowledged",
            process: transport.process,
            "\(deliveries.map { "\(world.ledger.name($0.message.id)).\($0.message.generation)" })"
        )
        world.onWire { [world] in
            await world.travel()
            // One of a connection that is gone by then is passed over.
            await inner.acknowledge(deliveries)
        }
    }

    func giveBack(_ deliveries: [Delivery]) async {
        guard !deliveries.isEmpty, let inner = state.withLock({ $0.connection?.inner }) else { return }
        let task = world.onWire { [world] in
            await world.travel()
            await inner.giveBack(deliveries)
        }
        state.withLock { $0.returning.append(task) }
    }
}
