import Baton
import BatonPostgres
import BatonRabbitMQ
import Logging
import ServiceLifecycle

/// A client of Baton with what it stands on, inert until run.
struct Connections: Sendable {
    let storage: PostgresStorage
    let transport: RabbitMQTransport
    let jobs: JobClient

    /// Makes them.
    ///
    /// - Parameters:
    ///   - environment: The settings.
    ///   - logger: Where they log.
    init(_ environment: DemoEnvironment, logger: Logger) {
        var storage = PostgresStorage.Configuration(url: environment.postgresURL)
        storage.namespace = environment.namespace
        storage.logger = logger
        self.storage = PostgresStorage(storage)
        var transport = RabbitMQTransport.Configuration(url: environment.rabbitMQURL)
        transport.namespace = environment.namespace
        transport.topology = environment.topology
        transport.logger = logger
        self.transport = RabbitMQTransport(transport)
        jobs = JobClient(storage: self.storage, transport: self.transport, logger: logger)
    }

    /// The services, in the order to start them in.
    var services: [any Service] { [storage, transport, jobs] }
}
