public import Baton
import Logging

/// Baton for an application's own tests: jobs are kept in memory and run when the test says so, on a clock that it moves.
///
/// ```swift
/// let kit = try JobTestKit { jobs in
///     Mailer(smtp: FakeSMTP())
///     Accounts(jobs: jobs)
/// }
/// try await Accounts(jobs: kit.jobs).signUp("ada@example.org")
/// try kit.assertEnqueued(Mailer.$sendWelcome(to: "ada@example.org"), queue: "mail")
/// try await kit.drain()
/// ```
///
/// Nothing is global: each test makes a kit of its own, and tests run side by side.
public final class JobTestKit: Sendable {
    /// The client, to be handed to the code under test.
    ///
    /// It needs no service to run beside it.
    public let jobs: JobClient

    /// The time of the client, the storage and the jobs.
    public let clock: TestClock

    /// Where the jobs are.
    public let storage: InMemoryStorage

    /// What ids and the jitter of retries follow from: with the same one they are the same again.
    public let seed: UInt64

    let environment: JobEnvironment
    let registry: JobRegistry
    let runner: InlineRunner
    /// How often a job has moved.
    let changes: Watched<Int>

    /// Makes a kit whose jobs need the client, to enqueue others.
    ///
    /// - Parameters:
    ///   - clock: The time.
    ///   - configuration: How the client behaves.
    ///   - retryPolicy: How long a failed job waits before its next attempt.
    ///   - seed: What ids and the jitter of retries follow from; a fresh one by default. What fails names it.
    ///   - registrations: The jobs, as a `JobServer` takes them, made with the kit's client.
    /// - Throws: `JobRegistrationError` for jobs that cannot stand side by side.
    public init(
        clock: TestClock = TestClock(),
        configuration: JobClientConfiguration = JobClientConfiguration(),
        retryPolicy: RetryPolicy = .hangfire,
        seed: UInt64? = nil,
        @JobRegistrationBuilder _ registrations: (JobClient) -> [JobRegistration]
    ) throws(JobRegistrationError) {
        let seed = seed ?? .random(in: .min ... .max)
        let environment = JobEnvironment(clock: clock, random: SeededRandomSource(seed: seed))
        let changes = Watched(0)
        let storage = InMemoryStorage(clock: clock, observer: ChangeObserver(changes: changes))
        let jobs = JobClient(
            storage: storage,
            configuration: configuration,
            environment: environment,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
        let registry = try JobRegistry(registrations(jobs))
        self.clock = clock
        self.seed = seed
        self.changes = changes
        self.environment = environment
        self.storage = storage
        self.jobs = jobs
        self.registry = registry
        runner = InlineRunner(
            registry: registry,
            retryPolicy: retryPolicy,
            filters: configuration.filters,
            environment: environment
        )
    }

    /// Makes a kit.
    ///
    /// - Parameters:
    ///   - clock: The time.
    ///   - configuration: How the client behaves.
    ///   - retryPolicy: How long a failed job waits before its next attempt.
    ///   - seed: What ids and the jitter of retries follow from; a fresh one by default. What fails names it.
    ///   - registrations: The jobs, as a `JobServer` takes them.
    /// - Throws: `JobRegistrationError` for jobs that cannot stand side by side.
    public convenience init(
        clock: TestClock = TestClock(),
        configuration: JobClientConfiguration = JobClientConfiguration(),
        retryPolicy: RetryPolicy = .hangfire,
        seed: UInt64? = nil,
        @JobRegistrationBuilder _ registrations: () -> [JobRegistration]
    ) throws(JobRegistrationError) {
        let registrations = registrations()
        try self.init(
            clock: clock,
            configuration: configuration,
            retryPolicy: retryPolicy,
            seed: seed
        ) { _ in registrations }
    }
}
