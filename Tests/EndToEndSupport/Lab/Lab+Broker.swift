package import RabbitMQClient

extension Lab {
    /// The broker's name of a queue.
    ///
    /// - Parameter queue: The queue's name in Baton.
    /// - Returns: Its name in RabbitMQ.
    package func dispatchQueue(_ queue: String) -> String {
        "\(namespace).dispatch.\(queue)"
    }

    /// The broker's name of a queue for bundles.
    ///
    /// - Parameter queue: The queue's name in Baton.
    /// - Returns: Its name in RabbitMQ.
    package func bundleQueue(_ queue: String) -> String {
        "\(namespace).bundle.\(queue)"
    }

    /// The broker's names of all that the wake-ups of a queue go through.
    ///
    /// - Parameter queue: The queue's name in Baton.
    /// - Returns: Its names in RabbitMQ.
    package func lanes(of queue: String) -> [String] {
        ["dispatch", "bundle", "urgent", "high", "low"].map { "\(namespace).\($0).\(queue)" }
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
        var configuration = try RabbitMQConfiguration(url: servers.rabbitMQURL)
        // It tries once, beside many other tests.
        configuration.connectTimeout = .seconds(60)
        let connection = try await RabbitMQConnection(configuration)
        do {
            let result = try await body(connection)
            await connection.close()
            return result
        } catch {
            await connection.close()
            throw error
        }
    }

    /// Waits until so many servers take what comes into a queue.
    ///
    /// - Parameters:
    ///   - queue: The queue's name in Baton.
    ///   - servers: How many.
    /// - Throws: ``LabError`` when that does not happen.
    package func untilConsumed(_ queue: String, by servers: UInt32) async throws {
        try await withBroker { broker in
            for name in lanes(of: queue) {
                try await eventually("\(servers) servers consume \(name)") {
                    try await broker.state(ofQueue: name)?.consumerCount == servers
                }
            }
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

    /// How many wake-ups wait in the broker for a queue, those in bundles included.
    ///
    /// - Parameter queue: The queue's name in Baton.
    /// - Returns: How many.
    /// - Throws: `RabbitMQError`.
    package func wakeUps(in queue: String) async throws -> Int {
        // A queue cannot be looked into: bundles are taken out and put back.
        let (single, bundles) = try await withBroker { broker -> (Int, [RabbitMQMessage]) in
            var single = 0
            for lane in lanes(of: queue) where lane != bundleQueue(queue) {
                single += Int(try await broker.state(ofQueue: lane)?.messageCount ?? 0)
            }
            var bundles: [RabbitMQMessage] = []
            guard try await broker.state(ofQueue: bundleQueue(queue)) != nil else { return (single, bundles) }
            while let bundle = try await broker.takeMessage(fromQueue: bundleQueue(queue)) { bundles.append(bundle) }
            return (single, bundles)
        }
        if bundles.isEmpty { return single }
        let publisher = RabbitMQPublisher(
            try RabbitMQConfiguration(url: servers.rabbitMQURL),
            patience: .seconds(300),
            logger: log.logger("wake-ups")
        )
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await publisher.run() }
            try await eventually("the test's publisher is connected") { publisher.isConnected }
            guard await publisher.publish(bundles).allSatisfy(\.isConfirmed) else {
                throw LabError("bundles that were looked at could not be put back")
            }
            await publisher.close()
            try await group.waitForAll()
        }
        return bundles.reduce(single) { $0 + Int($1.properties.headers["x-jobs"]?.integer ?? 0) }
    }
}
