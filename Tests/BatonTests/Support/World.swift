import Logging
import ServiceLifecycle
import Testing

@testable import Baton

/// A client and servers over fakes, on one manual clock.
final class World: Sendable {
    let clock = ManualClock()
    let storage: FakeStorage
    let broker: FakeBroker
    let client: JobClient

    static let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    init(
        seed: UInt64 = 1,
        hasTransport: Bool = true,
        configuration: JobClientConfiguration = JobClientConfiguration()
    ) {
        storage = FakeStorage(clock: clock)
        broker = FakeBroker(storage: storage)
        client = JobClient(
            storage: storage,
            transport: hasTransport ? broker : nil,
            configuration: configuration,
            environment: JobEnvironment(clock: clock, random: SeededRandom(seed: seed)),
            logger: Self.logger
        )
    }

    /// A server; its lease is so long that only a test that wants to ends it.
    func server(
        concurrency: Int = 4,
        configure: (inout JobServerConfiguration) -> Void = { _ in },
        _ script: Script
    ) throws -> JobServer {
        var configuration = JobServerConfiguration()
        configuration.concurrency = concurrency
        configuration.lookAhead = concurrency
        configuration.lease = .seconds(1_000_000)
        // Most tests are about the way through the queue.
        configuration.eagerStarts = 0
        configure(&configuration)
        return try JobServer(client, configuration: configuration, logger: Self.logger) { script }
    }

    /// Runs the client and servers for the length of a test, then looks for violations of the protocol.
    func run(
        _ servers: JobServer...,
        sourceLocation: SourceLocation = #_sourceLocation,
        _ body: () async throws -> Void
    ) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for service in [client as any Service] + servers {
                group.addTask {
                    do {
                        try await service.run()
                    } catch  where !(error is CancellationError) {
                        Issue.record(error, "a service ended", sourceLocation: sourceLocation)
                    }
                }
            }
            defer { group.cancelAll() }
            try await body()
        }
        #expect(storage.violations == [], sourceLocation: sourceLocation)
    }

    /// The session of its client; `nil` while there is none, or more than one.
    var session: InMemoryTables.Session? {
        storage.read { $0.sessions.count == 1 ? $0.sessions.values.first : nil }
    }

    /// Enqueues jobs at once.
    @discardableResult
    func enqueue(_ count: Int = 1) async throws -> [JobID] {
        try await client.enqueue(contentsOf: (0..<count).map { Script.Call(text: "\($0)") }).map(\.id)
    }

    /// Waits until a job is in a state.
    ///
    /// - Parameters:
    ///   - state: The state.
    ///   - id: The job.
    ///   - grace: How much time passes while it is not, a second at a time: where on a busy machine a word may be heard only
    ///     after the test has let time pass.
    ///   - sourceLocation: Where the test asks.
    /// - Throws: When it never is.
    func reach(
        _ state: JobState,
        _ id: JobID,
        lettingPass grace: Duration = .zero,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        var left = grace
        try await eventually("\(id) is \(state)", sourceLocation: sourceLocation) {
            if storage.row(id)?.state == state { return true }
            if left > .zero {
                left -= .seconds(1)
                try? await advance(by: .seconds(1))
            }
            return storage.row(id)?.state == state
        }
    }

    /// Waits until a server hears what the broker has for it.
    func listen(sourceLocation: SourceLocation = #_sourceLocation) async throws {
        let id = try await client.enqueue(Script.Call(text: "")).id
        try await reach(.succeeded, id, sourceLocation: sourceLocation)
    }

    // MARK: Time

    /// Lets time pass, from one sleeper's deadline to the next, so that everybody wakes when it should.
    func advance(by duration: Duration) async throws {
        let end = clock.now.advanced(by: duration)
        try await settle()
        while let next = clock.nextDeadline, next <= end {
            clock.jump(by: clock.now.duration(to: next))
            try await settle()
        }
        clock.jump(by: clock.now.duration(to: end))
        try await settle()
    }

    /// Gives the tasks that time has woken the occasion to act before it goes on.
    ///
    /// Only a courtesy, as a real clock would do it: no assertion rests on it alone.
    func settle() async throws {
        var (seen, quiet, hurried) = (-1, 0, 0)
        // Several looks, as on a busy machine who has been woken may not have had its turn at the first.
        while quiet < 3 {
            let start = ContinuousClock.now
            for _ in 0..<20 { await Task.yield() }
            try await Task.sleep(for: .milliseconds(1))
            // A look that itself had to wait for its turn says little of the others.
            let isBusy = ContinuousClock.now - start > .milliseconds(20) && hurried < 20
            if isBusy { hurried += 1 }
            let activity = clock.sleepCount + storage.callCount
            quiet = activity == seen ? (isBusy ? quiet : quiet + 1) : 0
            seen = activity
        }
    }

    /// Lets time pass until a call has ended, however late on a busy machine it began.
    func end<Result: Sendable>(of call: Task<Result, any Error>) async throws -> Result {
        let hasEnded = Shared(false)
        let watch = Task {
            _ = await call.result
            hasEnded.change { $0 = true }
        }
        try await eventually("the call ends") {
            try? await advance(by: .seconds(1))
            return hasEnded.value
        }
        await watch.value
        return try await call.value
    }
}
