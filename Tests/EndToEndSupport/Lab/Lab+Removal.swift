import Foundation
import PostgresClient
import RabbitMQClient

extension Lab {
    /// Removes everything the test has made on the servers, however the test ended.
    func remove() async {
        // In a task of its own: a test that ran into its time limit is cancelled, and what it made must go all the same.
        // Awaited at once, so the task has an owner.
        await Task {
            await removeSchema()
            await removeQueues()
        }.value
    }

    private func removeSchema() async {
        do {
            try await withThrowingTaskGroup(of: Void.self) { group in
                let database = PostgresClient(PostgresConfiguration(url: servers.postgresURL))
                group.addTask { try await database.run() }
                defer { group.cancelAll() }
                try await database.query(PostgresStatement("DROP SCHEMA IF EXISTS \(schema) CASCADE", prepared: false))
            }
        } catch {
            complain("schema \(namespace) could not be removed", error)
        }
    }

    private func removeQueues() async {
        do {
            try await withBroker { broker in
                let submissions = queues.map { "\(namespace).submit.\($0)" }
                let own = [parkedQueue, "\(namespace).rejected"]
                for queue in queues.flatMap(lanes) + submissions + own + brokerQueues {
                    try await broker.deleteQueue(queue)
                }
                for exchange in [
                    "dispatch", "bundle", "urgent", "high", "low", "control", "parked", "rejected", "submit",
                ] {
                    try await broker.deleteExchange("\(namespace).\(exchange)")
                }
            }
        } catch {
            complain("queues and exchanges of \(namespace) could not be removed", error)
        }
    }

    private func complain(_ what: String, _ error: any Error) {
        try? FileHandle.standardError.write(contentsOf: Data("\(what): \(error)\n".utf8))
    }
}
