package import Baton
import Locking

/// One process's way to the broker, on which messages are late, lost, doubled and out of order.
package final class SimulatedTransport: JobTransport {
    /// Weak, for the consumer keeps its transport.
    private struct Intake {
        weak var consumer: SimulatedConsumer?
    }

    let process: Int
    let world: SimulationWorld
    let link: SimulatedLink
    private let intake = Locked(Intake())
    private let isSilent = Locked(false)
    private let watcher = Locked<(any QueueWatch)?>(nil)
    private let declaring = Locked<[String: Task<Void, Never>]>([:])
    /// Where the process runs.
    let executor: SimulationExecutor

    init(process: Int, world: SimulationWorld) {
        self.process = process
        self.world = world
        link = SimulatedLink(world.scheduler)
        executor = SimulationExecutor(number: process, scheduler: world.scheduler)
    }

    /// The intake of the process's server.
    var consumer: SimulatedConsumer? {
        intake.withLock { $0.consumer }
    }

    /// Sends nothing more: the simulation is over.
    func silence() {
        isSilent.withLock { $0 = true }
    }

    // MARK: JobTransport

    /// Does nothing until cancelled.
    package func run() async throws {
        try await world.clock.sleep(for: .seconds(1_000_000))
    }

    package var isConnected: Bool { link.isUp }

    package func publish(
        _ bundles: [DispatchBundle],
        onOutcome: @escaping @Sendable ([PublishOutcome]) -> Void
    ) {
        guard !isSilent.withLock({ $0 }) else {
            return onOutcome(bundles.map { _ in .unconfirmed(reason: "The simulation is over.") })
        }
        let life = link.life
        world.onWire { [self] in
            var outcomes: [PublishOutcome] = []
            for bundle in bundles {
                outcomes.append(await publish(bundle, life))
            }
            // A halted process hears of it when it goes on.
            world.scheduler.whenRunning(process) { [outcomes] in onOutcome(outcomes) }
        }
    }

    private func publish(_ bundle: DispatchBundle, _ life: Int) async -> PublishOutcome {
        let fate = world.faults.publishFate(world.random)
        await declare(bundle.queue)
        await world.travel()
        // What was cut off may have got there or not.
        let isLost = !link.isUp || life != link.life && world.random.chance(0.5) || fate == .refused
        world.scheduler.note(
            isLost ? "not published" : "published",
            process: process,
            "\(bundle.messages.map { "\(world.ledger.name($0.id)).\($0.generation)" }), \(fate)"
        )
        if isLost {
            return .unconfirmed(reason: "lost, says the simulation")
        }
        var outcome = await send(bundle)
        if fate == .doubled { outcome = await send(bundle) }
        if fate == .doubledLate {
            world.onWire { [world] in
                await world.delayed { await world.pause(world.random.duration(.zero, .seconds(10))) }
                _ = await self.send(bundle)
            }
        }
        await world.travel()
        return fate == .unanswered || life != link.life
            ? .unconfirmed(reason: "unanswered, says the simulation") : outcome
    }

    private func send(_ bundle: DispatchBundle) async -> PublishOutcome {
        guard !world.broker.read({ $0.isMissing(bundle.queue) }) else { return .refused(reason: "returned") }
        world.losses.arrived(bundle.messages, from: process, at: world.scheduler.now)
        return await withCheckedContinuation { continuation in
            world.broker.publish([bundle]) { continuation.resume(returning: $0[0]) }
        }
    }

    package func watch(_ watch: any QueueWatch) {
        watcher.withLock { $0 = watch }
    }

    /// Declares a queue if it is missing, once whoever watches has been told; one at a time.
    func declare(_ queue: String) async {
        guard world.broker.read({ $0.isMissing(queue) }) else { return }
        let task = declaring.withLock { declaring in
            if let task = declaring[queue] { return task }
            // Awaited by all who wait for the queue.
            let task = Task.detached(executorPreference: executor) {
                await self.declareMissing(queue)
                self.declaring.withLock { $0[queue] = nil }
            }
            declaring[queue] = task
            return task
        }
        await task.value
    }

    private func declareMissing(_ queue: String) async {
        await watcher.withLock { $0 }?.queueIsMissing(queue) { await self.isMissing(queue) }
        await world.travel()
        guard link.isUp else { return }
        world.broker.change { $0.declare(queue) }
    }

    private func isMissing(_ queue: String) async -> Bool? {
        await world.travel()
        guard link.isUp else { return nil }
        let isMissing = world.broker.read { $0.isMissing(queue) }
        await world.travel()
        return isMissing
    }

    package func publish(_ probe: ProbeID, to queue: String) async -> Bool {
        let (fate, life) = (world.faults.publishFate(world.random), link.life)
        await world.travel()
        guard link.isUp, life == link.life, fate != .refused, !world.broker.read({ $0.isMissing(queue) }) else {
            return false
        }
        world.scheduler.note("probe published", process: process)
        world.broker.change { $0.put(probe, into: queue) }
        if fate == .doubled { world.broker.change { $0.put(probe, into: queue) } }
        await world.travel()
        return fate != .unanswered && life == link.life
    }

    package func park(_ messages: [DispatchMessage], reason: String) async -> [PublishOutcome] {
        let fate = world.faults.publishFate(world.random)
        await world.travel()
        guard link.isUp, fate != .refused else { return messages.map { _ in .unconfirmed(reason: "lost") } }
        let outcomes = await world.broker.park(messages, reason: reason)
        world.scheduler.note("parked", process: process, "\(messages.map { world.ledger.name($0.id) })")
        for message in messages { world.ledger.parked(message) }
        return fate == .unanswered ? messages.map { _ in .unconfirmed(reason: "unanswered") } : outcomes
    }

    package func broadcast(_ message: ControlMessage) async {
        guard link.isUp, !world.random.chance(world.faults.wordLoss) else { return }
        world.onWire { [world] in
            await world.travel()
            await world.broker.broadcast(message)
        }
    }

    package func makeConsumer(
        queues: [String],
        prefetch: Int,
        levelPrefetch: Int,
        presence: ServerPresence,
        executor: (any TaskExecutor)?,
        willConsume: @escaping @Sendable (_ queue: String) async -> Bool
    ) -> any JobConsumer {
        let consumer = SimulatedConsumer(
            transport: self,
            queues: queues,
            prefetch: prefetch,
            levelPrefetch: levelPrefetch,
            presence: presence,
            willConsume: willConsume
        )
        intake.withLock { $0.consumer = consumer }
        return consumer
    }
}
