package import Baton
import Logging
package import PostgresClient
import Locking

/// A Baton of a test's own on the real servers: its own schema, exchanges and queues.
package final class Lab: Sendable {
    /// The name of everything that belongs to it.
    package let namespace: String
    /// The servers it lives on.
    package let servers: TestServers
    /// The client of the test's main process.
    package let node: LabNode
    /// The test's own way to the database, beside the code under test.
    package let database: PostgresClient
    /// What the code under test logged.
    package let log: LabLog

    private let transport: LabTransport
    /// Whether nothing fails in the test: then nobody is to be given up because the machine is slow.
    let isUndisturbed: Bool
    private let usedQueues = Locked<Set<String>>(["default"])
    private let otherQueues = Locked<Set<String>>([])

    init(
        on servers: TestServers,
        transport: LabTransport,
        configuration: JobClientConfiguration,
        isUndisturbed: Bool
    ) {
        namespace = "e2e_" + String(UInt64.random(in: .min ... .max), radix: 16)
        self.servers = servers
        self.transport = transport
        self.isUndisturbed = isUndisturbed
        log = LabLog()
        node = LabNode(
            servers,
            namespace: namespace,
            transport: transport,
            configuration: configuration,
            isUndisturbed: isUndisturbed,
            log: log
        )
        database = PostgresClient(PostgresConfiguration(url: servers.postgresURL))
    }

    /// The test's main client.
    package var jobs: JobClient { node.jobs }

    /// The schema's name, quoted for SQL.
    package var schema: String { "\"\(namespace)\"" }

    /// Every queue the test has used.
    package var queues: [String] {
        usedQueues.withLock { $0.sorted() }
    }

    /// Notes queues, so that they are checked and removed at the end.
    ///
    /// - Parameter queues: Their names.
    package func use(_ queues: [String]) {
        usedQueues.withLock { $0.formUnion(queues) }
    }

    /// What the test has the broker keep besides, by the broker's names.
    var brokerQueues: [String] {
        otherQueues.withLock { $0.sorted() }
    }

    /// Notes queues of the broker that are none of Baton's, so that they are removed at the end.
    ///
    /// - Parameter queues: Their names in RabbitMQ.
    package func use(brokerQueues queues: [String]) {
        otherQueues.withLock { $0.formUnion(queues) }
    }

    /// Another process's share of the same Baton.
    ///
    /// - Parameters:
    ///   - configuration: How its client behaves.
    ///   - transport: How it is woken and wakes others; as the test's main client by default.
    /// - Returns: The share, inert until run.
    package func makeNode(_ configuration: JobClientConfiguration = .init(), by transport: LabTransport? = nil)
        -> LabNode
    {
        LabNode(
            servers,
            namespace: namespace,
            transport: transport ?? self.transport,
            configuration: configuration,
            isUndisturbed: isUndisturbed,
            log: log
        )
    }
}
