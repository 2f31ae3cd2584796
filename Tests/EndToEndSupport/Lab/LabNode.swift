package import Baton
import BatonPostgres
import BatonRabbitMQ
import Logging
import ServiceLifecycle

/// One process's share of a Baton: a client with the storage and transport it stands on, inert until run.
package struct LabNode: Sendable {
    package let storage: any JobStorage
    package let transport: any JobTransport
    private let services: [any Service]
    package let jobs: JobClient
    let log: LabLog

    init(
        _ servers: TestServers,
        namespace: String,
        transport kind: LabTransport,
        configuration: JobClientConfiguration,
        isUndisturbed: Bool,
        log: LabLog
    ) {
        self.log = log
        storage = PostgresStorage(
            .init(url: servers.postgresURL, namespace: namespace, logger: log.logger("storage"))
        )
        transport = RabbitMQTransport(
            .init(url: kind.url(servers) ?? "", namespace: namespace, logger: log.logger("transport"))
        )
        let hasTransport = kind.url(servers) != nil
        var configuration = configuration
        if case .broker = kind {
            // Beside so many tests a connection takes long; what is tested is the way over the broker.
            configuration.brokerStartTimeout = .seconds(60)
            configuration.flushTimeout = .seconds(60)
            if isUndisturbed { configuration.publishTimeout = .seconds(300) }
            // And so may a confirm, but for a test that says how long.
            if configuration.brokerSilence == JobClientConfiguration().brokerSilence {
                configuration.brokerSilence = .seconds(60)
            }
        }
        jobs = JobClient(
            storage: storage,
            transport: hasTransport ? transport : nil,
            configuration: configuration,
            logger: log.logger("client")
        )
        services = [storage] + (hasTransport ? [transport] : []) + [jobs]
    }

    /// Runs it for the length of a body, then shuts it down as an application does.
    ///
    /// - Parameter body: What needs it.
    /// - Returns: What the body returns.
    /// - Throws: What the body throws, or what ends a service.
    package func running<Result>(_ body: () async throws -> Result) async throws -> Result {
        let services = ServiceGroup(services: services, logger: log.logger("services"))
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { [log] in
                do {
                    try await services.run()
                } catch {
                    log.add("services ended: \(error)")
                    throw error
                }
            }
            defer { group.cancelAll() }
            let result = try await body()
            await services.triggerGracefulShutdown()
            try await group.waitForAll()
            return result
        }
    }
}
