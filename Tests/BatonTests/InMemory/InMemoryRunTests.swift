import Logging
import ServiceLifecycle
import Testing

@testable import Baton

/// A client and a server over the pair in memory, with and without the transport.
@Suite struct InMemoryRunTests {
    private let clock = ManualClock()
    private let storage: InMemoryStorage
    private let transport: InMemoryTransport

    init() {
        storage = InMemoryStorage(clock: clock)
        transport = InMemoryTransport(clock: clock)
    }

    private func client(hasTransport: Bool) -> JobClient {
        JobClient(
            storage: storage,
            transport: hasTransport ? transport : nil,
            environment: JobEnvironment(clock: clock, random: SeededRandom(seed: 1)),
            logger: World.logger
        )
    }

    private func server(_ client: JobClient, _ script: Script) throws -> JobServer {
        var configuration = JobServerConfiguration()
        configuration.concurrency = 2
        configuration.lookAhead = 2
        configuration.eagerStarts = 0
        return try JobServer(client, configuration: configuration, logger: World.logger) { script }
    }

    /// Runs storage, client and server as an application does; then shuts them down.
    private func run(_ client: JobClient, _ server: JobServer, _ body: () async throws -> Void) async throws {
        let services: [any Service] = [storage, client.transport, client, server]
        let group = ServiceGroup(
            configuration: .init(services: services.map { .init(service: $0) }, logger: World.logger)
        )
        let hasEnded = Shared(false)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask {
                defer { hasEnded.change { $0 = true } }
                try await group.run()
            }
            defer { tasks.cancelAll() }
            try await body()
            await group.triggerGracefulShutdown()
            try await passTime("all have ended") { hasEnded.value }
            try await tasks.waitForAll()
        }
    }

    /// Lets time pass until something holds.
    private func passTime(_ what: Comment, _ holds: () async -> Bool) async throws {
        try await eventually(what) {
            if await holds() { return true }
            clock.jump(by: .milliseconds(50))
            return false
        }
    }

    /// Lets time pass only while the job waits for it: no lease must run out over a machine that is slow.
    private func reach(_ state: JobState, _ id: JobID) async throws {
        try await eventually("\(id) is \(state)") {
            let present = storage.jobs.first { $0.id == id }?.state
            if present == .scheduled { clock.jump(by: .milliseconds(50)) }
            return present == state
        }
    }

    private func states(_ id: JobID) async throws -> [JobState] {
        try await storage.history(of: id).map(\.state)
    }

    @Test(arguments: [true, false])
    func jobsRunAtOnceLaterAndAgain(hasTransport: Bool) async throws {
        let client = client(hasTransport: hasTransport)
        let script = Script { text, context in
            if text == "fails once", context.attempt == 1 { throw Misfortune() }
            return text
        }
        try await run(client, server(client, script)) {
            let now = try await client.enqueue(Script.Call(text: "now")).id
            let later = try await client.schedule(Script.Call(text: "later"), in: .seconds(60)).id
            let again = try await client.enqueue(Script.Call(text: "fails once")).id
            let doomed = try await client.schedule(Script.Call(text: "never"), in: .seconds(60)).id
            try await client.delete(doomed)
            for id in [now, again, later] { try await reach(.succeeded, id) }
            #expect(storage.jobs.map(\.id) == [now, later, again, doomed])
            #expect(storage.jobs[0].result?.text == #""now""#)
            #expect(try await states(now) == [.enqueued, .processing, .succeeded])
            #expect(try await states(later) == [.scheduled, .enqueued, .processing, .succeeded])
            let entries = try await storage.history(of: later)
            let due = try #require(storage.read { $0.rows[later]?.createdAt }).adding(.seconds(60))
            #expect(entries[1].at >= due)
            let retried: [JobState] = [.enqueued, .processing, .scheduled, .enqueued, .processing, .succeeded]
            #expect(try await states(again) == retried)
            #expect(try await states(doomed) == [.scheduled, .deleted])
        }
        #expect(storage.read(\.servers.isEmpty), "a server that stops leaves the list")
        #expect(storage.read { $0.sessions.values.allSatisfy(\.isClosed) })
    }

    @Test(arguments: [true, false])
    func aJobThatIsDeletedIsCancelled(hasTransport: Bool) async throws {
        let (client, gate, wasCancelled) = (client(hasTransport: hasTransport), Gate(), Shared(false))
        let script = Script { text, _ in
            await gate.pass()
            wasCancelled.change { $0 = Task.isCancelled }
            return text
        }
        try await run(client, server(client, script)) {
            let id = try await client.enqueue(Script.Call(text: "")).id
            await gate.arrivals(reach: 1)
            try await client.delete(id)
            try await passTime("it is cancelled") { wasCancelled.value }
            #expect(try await states(id) == [.enqueued, .processing, .deleted])
        }
        #expect(storage.jobs.map(\.state) == [.deleted])
    }

    @Test(arguments: [true, false])
    func aShutdownPutsARunningJobBackWithoutSpendingAnAttempt(hasTransport: Bool) async throws {
        let (client, gate) = (client(hasTransport: hasTransport), Gate())
        let script = Script { text, _ in
            await gate.pass()
            try Task.checkCancellation()
            return text
        }
        try await run(client, server(client, script)) {
            _ = try await client.enqueue(Script.Call(text: ""))
            await gate.arrivals(reach: 1)
        }
        let job = try #require(storage.jobs.first)
        #expect(job.state == .scheduled || job.state == .enqueued)
        #expect(job.run == 1 && job.attempt == 0)
        let entry = try #require(try await storage.history(of: job.id).first { $0.state == .scheduled })
        #expect(entry.attempt == 0 && entry.reason != nil)
        // The next server takes it up where the other left it.
        gate.open()
        let next = self.client(hasTransport: hasTransport)
        try await run(next, server(next, script)) { try await reach(.succeeded, job.id) }
    }
}
