package import Baton
import BatonPostgres
import BatonRabbitMQ
import Logging
import ServiceLifecycle

/// One process's share of a Baton: a client with the storage and transport it stands on, inert until run.
package struct LabNode: Sendable {
    package let storage: any JobStorage
    package let transport: any JobTransport
    package let jobs: JobClient
    let log: LabLog

    init(_ servers: TestServers, namespace: String, configuration: JobClientConfiguration, log: LabLog) {
        self.log = log
        storage = PostgresStorage(
            .init(url: servers.postgresURL, namespace: namespace, logger: log.logger("storage"))
        )
        transport = RabbitMQTransport(
            .init(url: servers.rabbitMQURL, namespace: namespace, logger: log.logger("transport"))
        )
        jobs = JobClient(
            storage: storage,
            transport: transport,
            configuration: configuration,
            logger: log.logger("client")
        )
    }

    /// Runs it for the length of a body, then shuts it down as an application does.
    ///
    /// - Parameter body: What needs it.
    /// - Returns: What the body returns.
    /// - Throws: What the body throws, or what ends a service.
    package func running<Result>(_ body: () async throws -> Result) async throws -> Result {
        let services = ServiceGroup(services: [storage, transport, jobs], logger: log.logger("services"))
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
