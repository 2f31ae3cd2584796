import PostgresClient
import RabbitMQClient

extension Rig {
    /// Stops before a name is used, and removed at the end, that somebody else uses.
    func refuseTakenNamespace() async throws {
        let row = try await database.query(
            PostgresStatement("SELECT EXISTS (SELECT FROM pg_namespace WHERE nspname = $1)", namespace, prepared: false)
        ).first
        guard try row?.decode(Bool.self, 0) != true else {
            throw BenchError(
                .notConfigured,
                "There is a schema “\(namespace)” already, and a run drops its schema at the end. Give another "
                    + "--namespace, or none."
            )
        }
    }

    /// Removes everything the run has made on the servers.
    func remove() async {
        // In a task of its own: an interrupted run is cancelled, and what it made must go all the same. Awaited at once,
        // so the task has an owner.
        await Task {
            await removeSchema()
            if options.queueType != nil { await removeQueues() }
        }.value
    }

    private func removeSchema() async {
        do {
            // The run's own connection is closed by the time an interrupted run gets here.
            try await withThrowingTaskGroup(of: Void.self) { group in
                let database = PostgresClient(PostgresConfiguration(url: environment.postgresURL))
                group.addTask { try await database.run() }
                defer { group.cancelAll() }
                try await database.query(
                    PostgresStatement("DROP SCHEMA IF EXISTS \"\(namespace)\" CASCADE", prepared: false)
                )
            }
        } catch {
            StandardError.write("baton-bench: schema \(namespace) could not be removed: \(error)\n")
        }
    }

    private func removeQueues() async {
        do {
            try await withBroker { broker in
                let isSubmittedTo = options.submissions != nil
                let doors = isSubmittedTo ? ["\(namespace).submit.\(Self.queue)", "\(namespace).rejected"] : []
                for queue in brokerQueues + ["\(namespace).parked"] + doors {
                    try await broker.deleteQueue(queue)
                }
                let exchanges =
                    lanes + ["control", "parked"] + (isSubmittedTo ? ["submit", "rejected"] : [])
                for exchange in exchanges {
                    try await broker.deleteExchange("\(namespace).\(exchange)")
                }
            }
        } catch {
            StandardError.write("baton-bench: queues and exchanges of \(namespace) could not be removed: \(error)\n")
        }
    }
}
