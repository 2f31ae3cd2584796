import Baton
import Locking

/// All processes of a simulation, and what befalls them.
final class SimulatedFleet: Sendable {
    private struct State {
        var processes: [SimulatedProcess] = []
        var storms = false
    }

    private let world: SimulationWorld
    private let workload: SimulatedWorkload
    private let random: SeededRandomSource
    private let state = Locked(State())

    init(world: SimulationWorld, workload: SimulatedWorkload, random: SeededRandomSource) {
        self.world = world
        self.workload = workload
        self.random = random
    }

    private var processes: [SimulatedProcess] {
        state.withLock { $0.processes }
    }

    private var present: [SimulatedProcess] {
        processes.filter(\.isServing)
    }

    /// Whether all tasks of all processes are over.
    var hasEnded: Bool {
        processes.allSatisfy(\.hasReturned)
    }

    // MARK: Life

    /// Starts one producer and the servers.
    func start() {
        launch(.producer)
        for _ in 0..<workload.servers { launch(.server) }
    }

    private func launch(_ role: SimulatedProcess.Role) {
        do {
            let number = state.withLock { $0.processes.count + 1 }
            let process = try SimulatedProcess(
                number: number,
                role: role,
                hasTransport: givesTransport(to: role),
                world: world,
                plan: workload
            )
            state.withLock { $0.processes.append(process) }
            process.start()
        } catch {
            world.ledger.report("a process could not start: \(error)")
        }
    }

    /// Whether the next process has a transport: of servers one at least where any process has one, so that messages find
    /// somebody who takes them.
    private func givesTransport(to role: SimulatedProcess.Role) -> Bool {
        switch workload.deployment {
        case .broker: return true
        case .storageAlone: return false
        case .mixed:
            let isFirst = role == .server && !present.contains { $0.role == .server && $0.hasTransport }
            return random.chance(0.5) || isFirst
        }
    }

    /// Starts what is missing.
    private func replenish() {
        let present = present
        if !present.contains(where: { $0.role == .producer }) { launch(.producer) }
        let servers = present.count { $0.role == .server }
        for _ in 0..<max(0, workload.servers - servers) { launch(.server) }
    }

    /// Ends the storm: what was cut is mended, what stands still goes on, what died is started again.
    func calm() {
        state.withLock { $0.storms = false }
        world.scheduler.note("calm", process: 0)
        world.scheduler.clearTraps()
        for process in processes {
            process.goOn()
            process.mend()
        }
        replenish()
    }

    /// Ends everything.
    func tearDown() {
        state.withLock { $0.storms = false }
        for process in processes { process.tearDown() }
    }

    // MARK: Disasters

    /// Lets disasters come, one after another.
    func storm(for duration: Duration, _ faults: SimulationFaults) {
        state.withLock { $0.storms = true }
        guard !faults.disasters.isEmpty else { return }
        next(faults)
    }

    private func next(_ faults: SimulationFaults) {
        world.scheduler.after(random.duration(.zero, faults.pace)) {
            guard self.state.withLock({ $0.storms }) else { return }
            self.strike(self.random.pick(faults.disasters), faults)
            self.next(faults)
        }
    }

    private func strike(_ disaster: SimulationFaults.Disaster, _ faults: SimulationFaults) {
        let present = present
        guard !present.isEmpty else { return replenish() }
        let victim = random.pick(present)
        let soon = random.duration(.milliseconds(100), random.pick([.seconds(3), .seconds(20)]))
        switch disaster {
        case .crash:
            world.scheduler.trap(victim.number, after: random.below(100)) { victim.crash() }
        case .restart:
            replenish()
        case .stop:
            if victim.role == .server { victim.stop() }
        case .pause:
            let length = random.pick([Duration.milliseconds(300), .seconds(4), .seconds(25)])
            world.scheduler.trap(victim.number, after: random.below(100)) { victim.pause(for: length) }
        case .machineSleep:
            victim.clock.jump(by: random.duration(.zero, .seconds(30)))
        case .cutStorage:
            victim.cutStorage()
            world.scheduler.after(soon) { victim.mend(broker: false) }
        case .cutBroker:
            victim.cutBroker()
            world.scheduler.after(soon) { victim.mend(storage: false) }
        case .cutBoth:
            victim.cutStorage()
            victim.cutBroker()
            world.scheduler.after(soon) { victim.mend() }
        case .storageOutage: interruptStorage(for: soon)
        case .storageCrash:
            interruptStorage(for: soon)
            loseLazyCommits(faults)
        case .brokerOutage:
            for process in present { process.cutBroker() }
            world.scheduler.after(soon) { for process in present { process.mend(storage: false) } }
        case .cutConsumer:
            victim.transport.consumer?.cut()
        case .databaseClockJump:
            world.databaseClock.jump(by: random.duration(.zero, .seconds(40)))
        case .wrongDate:
            victim.clock.setDateWrong(by: random.duration(.seconds(-100), .seconds(100)))
        case .falseCertificate:
            certifyFalsely()
        case .loseMessages:
            lose { self.random.chance(0.5) }
        case .purgeQueue:
            lose { true }
        case .deleteQueue:
            deleteQueue()
        }
    }

    /// Cuts everybody off from storage, which holds no session's lock any more.
    private func interruptStorage(for duration: Duration) {
        let present = present
        for process in present { process.cutStorage() }
        world.database.change { $0.locks = [] }
        world.scheduler.after(duration) { [world] in
            let now = world.databaseClock.date
            world.database.change { $0.sessionsSince = now }
            for process in present { process.mend(broker: false) }
        }
    }

    /// Takes back what nobody waited for.
    private func loseLazyCommits(_ faults: SimulationFaults) {
        let now = world.scheduler.now
        let fallen = world.database.change { tables in
            world.lazyCommits.lose(behind: faults.storageBehind, at: now, random, from: &tables)
        }
        world.scheduler.note("database crashed", process: 0, "\(fallen) servers and sessions fell back")
    }

    private static let queue = "default"

    /// Lets the broker lose messages that it has confirmed.
    private func lose(_ isLost: () -> Bool) {
        let lost = world.broker.change { $0.lose(from: Self.queue) { _ in isLost() } }
        world.scheduler.note("messages lost", process: 0, "\(lost.map { world.ledger.name($0.id) })")
    }

    /// Deletes the queue; who consumes it is told at once.
    private func deleteQueue() {
        world.scheduler.note("queue deleted", process: 0)
        world.broker.delete(Self.queue)
        for process in present { process.transport.consumer?.cut() }
    }

    /// Certifies a server dead that may well live.
    private func certifyFalsely() {
        let living = world.database.read { tables in
            tables.servers.filter { !$0.value.isDead }.map(\.key).sorted { $0.description < $1.description }
        }
        guard !living.isEmpty else { return }
        let epoch = random.pick(living)
        world.scheduler.note("certified falsely", process: 0, "\(epoch)")
        let now = world.databaseClock.date
        world.database.change { tables in
            tables.servers[epoch]?.isDead = true
            tables.endConsumers(of: epoch, at: now)
        }
    }
}
