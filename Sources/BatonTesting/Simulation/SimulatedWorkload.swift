import Baton
import Locking

/// What is enqueued in a simulation, and how clients and servers are set up; drawn from the seed.
final class SimulatedWorkload: Sendable {
    private struct State {
        var left: Int
        var stored: [JobID] = []
    }

    /// Who has a transport.
    enum Deployment: Sendable {
        /// Everybody.
        case broker
        /// Nobody.
        case storageAlone
        /// Some clients and servers.
        case mixed
    }

    let deployment: Deployment
    /// Whether jobs run for long enough that what comes late finds them running.
    let hasLongJobs: Bool
    /// Whether they run for so long that what waits for a thread is given back again and again.
    let isRestless: Bool
    /// Whether what runs servers enqueues, too, and jobs start there as they are stored.
    let isEmbedded: Bool
    let client: JobClientConfiguration
    let server: JobServerConfiguration
    /// How long the storm lasts.
    let storm: Duration
    /// How long everything may take to come to its end once nothing fails any more.
    let calm: Duration
    let servers: Int
    private let random: SeededRandomSource
    private let state: Locked<State>

    /// Draws a workload.
    ///
    /// - Parameters:
    ///   - random: What it is drawn from.
    ///   - embedding: What is drawn from a source of its own: whether servers enqueue.
    ///   - profile: What the world is made for.
    init(
        drawnFrom random: SeededRandomSource,
        embedding: SeededRandomSource,
        for profile: SimulationProfile
    ) {
        let wanted = profile.workload
        self.random = random
        storm = wanted.storm ?? random.duration(.seconds(2), .seconds(40))
        servers = wanted.servers ?? random.pick([1, 2, 2, 3])
        hasLongJobs = wanted.hasLongJobs ?? random.chance(0.4)
        deployment = wanted.deployment ?? random.pick([.broker, .broker, .broker, .storageAlone, .mixed])
        var client = JobClientConfiguration()
        client.enqueueTimeout = random.pick([.seconds(1), .seconds(5), .seconds(30)])
        client.publishTimeout = random.pick([.seconds(2), .seconds(10)])
        client.defaultMaximumAttempts = random.pick([2, 10])
        self.client = client
        var server = JobServerConfiguration()
        server.concurrency = wanted.concurrency ?? 1 + random.below(4)
        server.lookAhead = random.below(5)
        isEmbedded = embedding.chance(0.5)
        server.eagerStarts = isEmbedded ? 1 + embedding.below(server.concurrency) : 0
        server.shutdownTimeout = random.pick([.zero, .seconds(1), .seconds(15)])
        server.cancellationTimeout = random.pick([.seconds(1), .seconds(5)])
        server.acknowledgeAfter = random.pick([.seconds(3), .seconds(300)])
        server.fastTakeover = wanted.fastTakeover ?? random.chance(0.7)
        server.unpublishedAge = random.pick([.seconds(8), .seconds(20)])
        server.lostAge = random.pick([.seconds(1), .seconds(4), .seconds(10)])
        // Longer than a connection stands here whose process has crashed.
        server.consumerQuiet = random.pick([.seconds(5), .seconds(10)])
        server.probePatience = random.pick([.seconds(4), .seconds(12)])
        server.retryPolicy = RetryPolicy { _, random in .milliseconds(100 + Int(random.next() % 1_900)) }
        self.server = server
        isRestless = hasLongJobs && server.acknowledgeAfter == .seconds(3) && server.concurrency == 1
        // One thread may have to run some hundred attempts, and rounds of probing that came to nothing put off the next.
        calm = .seconds(isRestless ? 15_000 : hasLongJobs ? 2_200 : 900)
        state = Locked(State(left: 3 + random.below(15)))
    }

    /// How long each job takes, at least and at most, where none is over at once.
    var jobLengths: (Duration, Duration)? {
        if isRestless { return (.seconds(20), .seconds(90)) }
        return hasLongJobs ? (.seconds(1), .seconds(8)) : nil
    }

    /// Whether everything has been enqueued.
    var isDone: Bool {
        state.withLock { $0.left <= 0 }
    }

    /// Enqueues what is left.
    ///
    /// - Parameters:
    ///   - client: With what.
    ///   - clock: The process's clock.
    ///   - world: The world.
    ///   - isStopping: Whether the process is about to end.
    func enqueue(
        with client: JobClient,
        _ clock: SimulationClock,
        _ world: SimulationWorld,
        until isStopping: @Sendable () -> Bool = { false }
    ) async {
        while !isDone, !isStopping() {
            let pause = random.chance(0.5) ? Duration.zero : random.duration(.zero, storm / 6)
            guard (try? await clock.sleep(for: pause)) != nil else { return }
            let priority = state.withLock { state in
                state.left -= 1
                return Self.priorities[max(state.left, 0) % Self.priorities.count]
            }
            do {
                try await act(client, world, priority: priority)
            } catch {
                // The caller was told; what it was not told is the ledger's.
                continue
            }
        }
    }

    /// The priorities of what is enqueued, in turn: low ones must come to their end, too.
    ///
    /// Not drawn, so that the rest of a course does not depend on them.
    private static let priorities = [0, 0, 12, 0, -1, 5]

    private func act(_ client: JobClient, _ world: SimulationWorld, priority: Int) async throws {
        let call = SimulatedJob.Call(text: "work")
        let timeout: Duration? = random.chance(0.2) ? .seconds(2) : nil
        let retry = random.chance(0.2) ? RetryOptions(whenExhausted: .delete) : nil
        let options = JobOptions(priority: priority, timeout: timeout, retry: retry)
        switch random.below(10) {
        case 0...4:
            keep([try await client.enqueue(call, options: options).id], world)
        case 5, 6:
            let count = 2 + random.below(4)
            keep(
                try await client.enqueue(contentsOf: repeatElement(call, count: count), options: options).map(\.id),
                world
            )
        case 7, 8:
            let delay = random.duration(.zero, .seconds(5))
            keep([try await client.schedule(call, in: delay, options: options).id], world)
        default:
            let stored = state.withLock { $0.stored }
            guard !stored.isEmpty else { return }
            let id = random.pick(stored)
            if random.chance(0.4) {
                // Of what retries, too.
                try await client.reschedule(id, in: random.duration(.zero, .seconds(5)))
            } else if try await client.delete(id) {
                world.scheduler.note("deleted", process: SimulationWorld.network, world.ledger.name(id))
            }
        }
    }

    private func keep(_ ids: [JobID], _ world: SimulationWorld) {
        state.withLock { $0.stored += ids }
        for id in ids { world.ledger.promised(id) }
    }
}
