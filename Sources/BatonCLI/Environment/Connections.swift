import Baton
import BatonPostgres
import BatonRabbitMQ
import RabbitMQClient

/// Gives commands what they look through or work with, for as long as they need it.
struct Connections {
    /// Where jobs are, to look at and to ask.
    typealias Storage = JobStorage & JobMonitor

    let environment: CLIEnvironment

    init() throws(CLIError) {
        environment = try CLIEnvironment()
    }

    /// Gives a command the storage to look through.
    ///
    /// - Parameter body: The command.
    /// - Returns: What the body returns.
    /// - Throws: What the body throws; ``CLIError`` when the database cannot be used.
    func withStorage<Answer: Sendable>(_ body: (any Storage) async throws -> Answer) async throws -> Answer {
        try await checkSchema()
        let storage = PostgresStorage(environment.storage)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await storage.run() }
            defer { group.cancelAll() }
            return try await body(storage)
        }
    }

    /// Gives a command a client, and publishes what it has moved.
    ///
    /// - Parameters:
    ///   - needsBroker: Whether it is an error that RabbitMQ cannot be reached; otherwise it is said, and PostgreSQL alone
    ///     serves.
    ///   - body: The command; it is told whether there is a broker.
    /// - Returns: What the body returns.
    /// - Throws: What the body throws; ``CLIError`` when the servers cannot be used.
    func withClient<Answer: Sendable>(
        needsBroker: Bool,
        _ body: (JobClient, any Storage, _ hasBroker: Bool) async throws -> Answer
    ) async throws -> Answer {
        try await checkSchema()
        let storage = PostgresStorage(environment.storage)
        let transport = try await transport(isNeeded: needsBroker)
        var configuration = JobClientConfiguration()
        // A broker that was just reached is there: a command that went on without it would have to be given again.
        configuration.brokerStartTimeout = .seconds(60)
        configuration.publishTimeout = .seconds(60)
        configuration.flushTimeout = .seconds(60)
        return try await withJobClient(
            storage: storage,
            transport: transport,
            configuration: configuration,
            logger: environment.logger
        ) { jobs in
            try await body(jobs, storage, transport != nil)
        }
    }

    /// Looks once at the schema, over one connection: what is wrong with the server is known at once, and not only that
    /// nobody has reached it for long.
    func checkSchema() async throws {
        let version = try await schemaVersion()
        guard version.isCurrent else { throw CLIError(.schemaMismatch, version.complaint(environment.namespace)) }
    }

    /// The version of the schema.
    ///
    /// - Returns: The version.
    /// - Throws: ``CLIError`` when the database cannot be used.
    func schemaVersion() async throws -> PostgresStorage.SchemaVersion {
        do throws(JobStorageError) {
            return try await PostgresStorage.schemaVersion(environment.storage)
        } catch {
            // Before anything is asked of it: the URL or the namespace is none.
            guard error.code == .refused else { throw error }
            throw CLIError(.notConfigured, error.message, underlyingError: error)
        }
    }

    /// Looks once whether the broker can be reached, for the same reason.
    private func transport(isNeeded: Bool) async throws -> RabbitMQTransport? {
        guard let url = environment.rabbitMQURL, let configuration = environment.transport else { return nil }
        do throws(RabbitMQError) {
            try await RabbitMQConnection(RabbitMQConfiguration(url: url)).close()
        } catch {
            if isNeeded { throw error }
            StandardError.write(
                TerminalText.safe(
                    "baton: RabbitMQ cannot be reached, so that servers are woken through PostgreSQL alone: \(error.message)"
                ) + "\n"
            )
            return nil
        }
        return RabbitMQTransport(configuration)
    }
}

extension PostgresStorage.SchemaVersion {
    /// What is the matter with it.
    ///
    /// - Parameter namespace: Whose schema it is.
    /// - Returns: A sentence, and what to do.
    func complaint(_ namespace: String) -> String {
        switch found {
        case 0: "There is no schema “\(namespace)” of Baton. Create it by: baton migrate"
        case ..<known:
            "Schema “\(namespace)” has version \(found), this program works with \(known). Run: baton migrate"
        default: "Schema “\(namespace)” has version \(found), this program works with \(known). Update the program."
        }
    }
}
