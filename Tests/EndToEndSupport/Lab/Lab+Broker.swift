package import RabbitMQClient

extension Lab {
    /// The broker's name of a queue.
    ///
    /// - Parameter queue: The queue's name in Baton.
    /// - Returns: Its name in RabbitMQ.
    package func dispatchQueue(_ queue: String) -> String {
        "\(namespace).dispatch.\(queue)"
    }

    /// The broker's name of the queue that messages without a row are set aside in.
    package var parkedQueue: String {
        "\(namespace).parked"
    }

    /// Looks at the broker through a connection of the test's own.
    ///
    /// - Parameter body: What to do with the connection.
    /// - Returns: What the body returns.
    /// - Throws: What the body throws, or `RabbitMQError`.
    package func withBroker<Result>(_ body: (RabbitMQConnection) async throws -> Result) async throws -> Result {
        let connection = try await RabbitMQConnection(RabbitMQConfiguration(url: servers.rabbitMQURL))
        do {
            let result = try await body(connection)
            await connection.close()
            return result
        } catch {
            await connection.close()
            throw error
        }
    }

    /// How many messages wait in a queue of the broker.
    ///
    /// - Parameter queue: The broker's name of the queue.
    /// - Returns: How many; 0 when there is no such queue.
    /// - Throws: `RabbitMQError`.
    package func messages(in queue: String) async throws -> Int {
        try await withBroker { Int(try await $0.state(ofQueue: queue)?.messageCount ?? 0) }
    }
}
