import Baton
import BatonPostgres
import BatonRabbitMQ
import Locking
import Logging
import PostgresClient
import RabbitMQClient
import ServiceLifecycle

/// A Baton of one measurement's own on the real servers: its own schema, exchanges and queues.
final class Rig: Sendable {
    /// The one queue of the run's jobs.
    static let queue = "default"

    let environment: BenchEnvironment
    let options: RigOptions
    /// The name of everything that belongs to it.
    let namespace: String
    let jobs: JobClient
    /// The bench's own way to the database, beside what is measured.
    let database: PostgresClient

    let storage: any JobStorage
    /// `nil`: PostgreSQL alone.
    private let transport: (any JobTransport)?

    /// Makes a Baton, inert until ``running(_:)``.
    ///
    /// - Parameters:
    ///   - environment: Where the servers are.
    ///   - options: How it is set up.
    ///   - watch: Where it is noted how long its servers' reconcilers look.
    ///   - onSuccess: Called with jobs whose success has just been committed; it must not block.
    init(
        _ environment: BenchEnvironment,
        _ options: RigOptions,
        watch: ReconcilerWatch = ReconcilerWatch(),
        onSuccess: @escaping @Sendable ([JobID]) -> Void = { _ in }
    ) {
        self.environment = environment
        self.options = options
        namespace = options.namespace ?? "bench_" + String(UInt64.random(in: .min ... .max), radix: 16)
        storage = WatchedStorage(
            PostgresStorage(.init(url: environment.postgresURL, namespace: namespace, logger: environment.logger)),
            watch,
            onSuccess: onSuccess
        )
        transport = options.queueType.map { [namespace] queueType in
            var configuration = RabbitMQTransport.Configuration(
                url: environment.rabbitMQURL,
                namespace: namespace,
                queueType: queueType.type,
                logger: environment.logger
            )
            if let type = options.submissions?.queueType { configuration.submissionQueueType = type.type }
            if let queued = options.submissions?.queued { configuration.maximumSubmissions = queued }
            return RabbitMQTransport(configuration)
        }
        var client = JobClientConfiguration()
        // What is measured is the way over the broker, however long it takes.
        client.brokerSilence = .seconds(60)
        client.brokerStartTimeout = .seconds(300)
        jobs = JobClient(storage: storage, transport: transport, configuration: client, logger: environment.logger)
        var configuration = PostgresConfiguration(url: environment.postgresURL)
        configuration.applicationName = "baton-bench"
        configuration.maximumConnections = 1
        // Whatever was measured in the meantime, this connection was there before and after.
        configuration.minimumConnections = 1
        database = PostgresClient(configuration, logger: environment.logger)
    }

    /// Runs it for the length of a body, then removes all it has made, however the body ended.
    ///
    /// - Parameter body: What needs it.
    /// - Returns: What the body returns.
    /// - Throws: What the body throws, or what ends a service; ``BenchError`` when the database is not durable.
    func running<Result>(_ body: () async throws -> Result) async throws -> Result {
        let own = ServiceGroup(services: [database], logger: environment.logger)
        return try await running(own) {
            try await Durability.check(database)
            try await refuseTakenNamespace()
            do {
                let own: [any Service] = [storage] + (transport.map { [$0] } ?? []) + [jobs]
                let services = ServiceGroup(services: own, logger: environment.logger)
                let result = try await running(services, body)
                await remove()
                return result
            } catch {
                await remove()
                throw error
            }
        }
    }

    /// Runs servers for the length of a body, and stops them gracefully.
    ///
    /// - Parameters:
    ///   - registrations: The jobs they know.
    ///   - body: What needs them; they consume when it begins. It gets the time of ``MonotonicClock`` at which the first
    ///     of them did.
    /// - Returns: What the body returns.
    /// - Throws: What the body or a server throws.
    func withServers<Result>(
        @JobRegistrationBuilder _ registrations: () -> [JobRegistration],
        while body: (_ consumingSince: UInt64) async throws -> Result
    ) async throws -> Result {
        let first = OneTimeSignal<UInt64>()
        let consuming = TargetCounter(expecting: options.servers)
        let servers = try (0..<options.servers).map { _ in
            try JobServer(
                jobs,
                queues: [Self.queue],
                configuration: options.server,
                logger: environment.logger,
                onConsuming: { _ in
                    first.send(MonotonicClock.now)
                    consuming.add(1)
                },
                registrations
            )
        }
        return try await running(ServiceGroup(services: servers, logger: environment.logger)) {
            _ = try await consuming.reached.wait()
            return try await body(try await first.wait())
        }
    }

    /// Runs one server until cancelled, for a measurement in another process that removes what there is.
    ///
    /// - Parameters:
    ///   - registrations: The jobs it knows.
    ///   - onConsuming: Called when it consumes.
    /// - Throws: What ends a service.
    func serve(
        @JobRegistrationBuilder _ registrations: () -> [JobRegistration],
        onConsuming: @escaping @Sendable () -> Void
    ) async throws {
        let server = try JobServer(
            jobs,
            queues: [Self.queue],
            configuration: options.server,
            logger: environment.logger,
            onConsuming: { _ in onConsuming() },
            registrations
        )
        let services: [any Service] = [storage] + (transport.map { [$0] } ?? []) + [jobs, server]
        try await ServiceGroup(services: services, logger: environment.logger).run()
    }

    private func running<Result>(_ services: ServiceGroup, _ body: () async throws -> Result) async throws -> Result {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await services.run() }
            defer { group.cancelAll() }
            let result = try await body()
            await services.triggerGracefulShutdown()
            try await group.waitForAll()
            return result
        }
    }
}
