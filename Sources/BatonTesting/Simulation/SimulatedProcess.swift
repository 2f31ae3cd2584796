import Baton
import Locking
import Logging
import ServiceLifecycle
import ServiceLifecycleTestKit

/// One process of a simulated deployment: a client, with a server or with code that enqueues.
final class SimulatedProcess: Sendable {
    /// What it is for.
    enum Role: Sendable, Hashable {
        case producer
        case server
    }

    private enum Condition {
        case running
        case paused
        case dead
        case ended
    }

    private struct State {
        var condition = Condition.running
        var task: Task<Void, Never>?
        var isStopping = false
        var hasReturned = false
        var clientTrigger: GracefulShutdownTestTrigger?
        var serverTrigger: GracefulShutdownTestTrigger?
    }

    let number: Int
    let role: Role
    /// Whether it has a transport; storage alone serves it otherwise.
    let hasTransport: Bool
    let world: SimulationWorld
    let clock: SimulationClock
    let storage: SimulatedStorage
    let transport: SimulatedTransport
    private let executor: SimulationExecutor
    private let client: JobClient
    private let server: JobServer?
    private let plan: SimulatedWorkload
    private let state = Locked(State())

    init(number: Int, role: Role, hasTransport: Bool, world: SimulationWorld, plan: SimulatedWorkload) throws {
        self.number = number
        self.role = role
        self.hasTransport = hasTransport
        self.world = world
        self.plan = plan
        executor = SimulationExecutor(number: number, scheduler: world.scheduler)
        clock = SimulationClock(world.scheduler)
        storage = SimulatedStorage(process: number, world: world, executor: executor)
        transport = SimulatedTransport(process: number, world: world)
        var environment = JobEnvironment(clock: clock, random: world.random.fork())
        environment.tasks = executor
        environment.defects = world.defects
        let logger = Logger(label: "simulation") { _ in SwiftLogNoOpLogHandler() }
        client = JobClient(
            storage: storage,
            transport: hasTransport ? transport : nil,
            configuration: plan.client,
            environment: environment,
            logger: logger
        )
        var configuration = plan.server
        configuration.name = SimulatedPauses.serverName(of: number)
        let job = SimulatedJob(process: number, world: world, clock: clock, lengths: plan.jobLengths)
        server =
            role == .server
            ? try JobServer(client, configuration: configuration, logger: logger) { job } : nil
    }

    /// Whether it is there and not about to leave.
    var isServing: Bool {
        state.withLock { ($0.condition == .running || $0.condition == .paused) && !$0.isStopping }
    }

    /// Whether all its tasks are over.
    var hasReturned: Bool {
        state.withLock { $0.hasReturned }
    }

    // MARK: Life

    func start() {
        world.scheduler.note("starts", process: number, "\(role)\(hasTransport ? "" : ", storage alone")")
        // Nothing of whoever starts it goes with it: it is a process of its own, and ends with `tearDown()`.
        let task = Task.detached(executorPreference: executor) { await self.main() }
        state.withLock { $0.task = task }
    }

    private func main() async {
        do {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await self.runClient() }
                if let server {
                    group.addTask { try await self.run(server) }
                    if plan.isEmbedded {
                        group.addTask {
                            await self.plan.enqueue(with: self.client, self.clock, self.world) {
                                self.state.withLock(\.isStopping)
                            }
                        }
                    }
                } else {
                    group.addTask { await self.plan.enqueue(with: self.client, self.clock, self.world) }
                }
                try await group.waitForAll()
            }
        } catch is CancellationError {
        } catch {
            world.ledger.report("process \(number) ended by itself: \(error)")
        }
        let wasAsked = state.withLock { state in
            state.hasReturned = true
            defer { if state.condition != .dead { state.condition = .ended } }
            return state.isStopping || state.condition == .dead
        }
        world.scheduler.note("returns", process: number)
        world.ledger.died(number)
        storage.cut()
        transport.consumer?.abandon()
        if !wasAsked { world.ledger.report("process \(number) ended by itself") }
    }

    private func runClient() async throws {
        try await testGracefulShutdown { trigger in
            state.withLock { $0.clientTrigger = trigger }
            try await client.run()
        }
    }

    private func run(_ server: JobServer) async throws {
        try await testGracefulShutdown { trigger in
            let isStopping = state.withLock { state in
                state.serverTrigger = trigger
                return state.isStopping
            }
            if isStopping { trigger.triggerGracefulShutdown() }
            try await server.run()
        }
        // As a group of services does: who depends on the client stops first.
        state.withLock { $0.clientTrigger }?.triggerGracefulShutdown()
    }

    // MARK: Fate

    /// Stops gracefully.
    func stop() {
        let triggers = state.withLock { state in
            state.isStopping = true
            return role == .server ? state.serverTrigger : state.clientTrigger
        }
        world.scheduler.note("stops", process: number)
        world.scheduler.whenRunning(number) { triggers?.triggerGracefulShutdown() }
    }

    /// Dies: none of its tasks goes on, its connections are closed once the servers notice, its claims stay.
    func crash() {
        let isAlive = state.withLock { state in
            guard state.condition == .running || state.condition == .paused else { return false }
            state.condition = .dead
            return true
        }
        guard isAlive else { return }
        world.scheduler.note("crashes", process: number)
        world.scheduler.halt(number)
        world.ledger.died(number)
        transport.link.cut()
        storage.cut()
        world.scheduler.after(world.random.duration(.zero, .seconds(4))) { self.transport.consumer?.abandon() }
    }

    /// Stands still for a while: its machine sleeps, or its process is stopped.
    func pause(for duration: Duration) {
        let isRunning = state.withLock { state in
            guard state.condition == .running else { return false }
            state.condition = .paused
            return true
        }
        guard isRunning else { return }
        world.scheduler.note("pauses", process: number, "\(duration)")
        world.scheduler.halt(number)
        world.scheduler.after(duration) { self.goOn() }
    }

    /// Goes on after a pause.
    func goOn() {
        let wasPaused = state.withLock { state in
            guard state.condition == .paused else { return false }
            state.condition = .running
            return true
        }
        guard wasPaused else { return }
        world.scheduler.note("goes on", process: number)
        world.scheduler.resume(number)
    }

    /// Cuts it off from storage.
    func cutStorage() {
        world.scheduler.note("cut from storage", process: number)
        storage.cut()
    }

    /// Cuts it off from the broker.
    func cutBroker() {
        world.scheduler.note("cut from the broker", process: number)
        transport.link.cut()
        transport.consumer?.disconnect()
    }

    /// Mends what was cut.
    func mend(storage mendsStorage: Bool = true, broker mendsBroker: Bool = true) {
        guard state.withLock({ $0.condition == .running || $0.condition == .paused }) else { return }
        if mendsStorage, !storage.link.isUp { storage.mend() }
        if mendsBroker, !transport.link.isUp {
            transport.link.mend()
            transport.consumer?.connect()
        }
    }

    /// Ends everything that is left of it, at the end of the simulation.
    func tearDown() {
        let task = state.withLock { state in
            state.condition = .dead
            return state.task
        }
        transport.silence()
        task?.cancel()
        world.scheduler.resume(number)
    }
}
