import BatonRabbitMQ
import Foundation
import RabbitMQClient
import Testing

/// A virtual host as an administrator sets it up by importing definitions, with a password for each of its accounts.
struct BrokerRights: Sendable {
    let namespace: String
    let virtualHost: String
    /// The broker's URL, as its administrator.
    private let url: String
    private let password = "p\(UInt64.random(in: .min ... .max))"

    fileprivate init(url: String) {
        let name = "test_\(String(UInt64.random(in: .min ... .max), radix: 36))"
        namespace = name
        virtualHost = name
        self.url = url
    }

    /// The account of servers and clients.
    var runtime: String { "\(namespace)_runtime" }

    /// The account of producers, or that of a tenant.
    func producer(_ tenant: String? = nil) -> String {
        tenant.map { "\(namespace)_producer.\($0)" } ?? "\(namespace)_producer"
    }

    /// What the namespace needs.
    func definitions(queues: [String], tenants: [String] = []) throws -> BrokerDefinitions {
        try BrokerDefinitions(
            namespace: namespace,
            virtualHost: virtualHost,
            queues: queues,
            tenants: tenants.map { try BrokerTenant($0) }
        )
    }

    /// Imports definitions, as an administrator does.
    func load(_ definitions: BrokerDefinitions) async throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "\(virtualHost).\(UUID().uuidString).json")
        try Data(definitions.document.utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        // The tool runs as the broker does.
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: file.path)
        try await BrokerControl.run("import_definitions", file.path)
    }

    fileprivate func setUp(_ definitions: BrokerDefinitions) async throws {
        try await load(definitions)
        for account in definitions.accounts {
            try await BrokerControl.run("change_password", account.name, password)
        }
        let administrator = try RabbitMQConfiguration(url: url).user
        try await BrokerControl.run("set_permissions", "-p", virtualHost, administrator, ".*", ".*", ".*")
    }

    fileprivate func tearDown(_ definitions: BrokerDefinitions) async {
        _ = try? await BrokerControl.run("delete_vhost", virtualHost)
        for account in definitions.accounts { _ = try? await BrokerControl.run("delete_user", account.name) }
    }

    // MARK: Using them

    /// The URL of an account; the administrator's for nil.
    func url(as account: String?) throws -> String {
        var components = try #require(URLComponents(string: url))
        if let account {
            components.user = account
            components.password = password
        }
        components.path = "/\(virtualHost)"
        return try #require(components.string)
    }

    /// A transport of the runtime's account.
    func makeTransport(_ topology: RabbitMQTransport.Configuration.Topology) throws -> RabbitMQTransport {
        var configuration = RabbitMQTransport.Configuration(
            url: try url(as: runtime),
            namespace: namespace,
            logger: TransportScope.logger
        )
        configuration.topology = topology
        configuration.declarationPatience = .seconds(60)
        return RabbitMQTransport(configuration)
    }

    /// Runs a transport of the runtime's account for the length of a body.
    func withTransport(
        _ topology: RabbitMQTransport.Configuration.Topology,
        _ body: (RabbitMQTransport) async throws -> Void
    ) async throws {
        let transport = try makeTransport(topology)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await transport.run() }
            defer { group.cancelAll() }
            try await eventually("the transport connects") { transport.isConnected }
            try await body(transport)
        }
    }

    /// Does something over a connection of an account's own.
    func withConnection<Result>(
        as account: String?,
        _ body: (RabbitMQConnection) async throws -> Result
    ) async throws -> Result {
        var configuration = try RabbitMQConfiguration(url: try url(as: account))
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

    /// Expects that the broker does not let an account do something.
    func expectDenied(
        _ account: String,
        _ what: String,
        _ body: (RabbitMQConnection) async throws -> Void
    ) async throws {
        do {
            try await withConnection(as: account, body)
            Issue.record("\(account) can \(what)")
        } catch let error as RabbitMQError {
            #expect(error.code == .accessRefused, "\(account), to \(what): \(error)")
        }
    }

    /// Publishes a message as an account, over a connection of its own.
    func publish(_ message: RabbitMQMessage, as account: String) async throws -> RabbitMQPublishOutcome {
        let publisher = RabbitMQPublisher(
            try RabbitMQConfiguration(url: try url(as: account)),
            patience: .seconds(300),
            logger: TransportScope.logger
        )
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await publisher.run() }
            defer { group.cancelAll() }
            try await eventually("the publisher connects") { publisher.isConnected }
            return try #require(await publisher.publish([message]).first)
        }
    }

    /// A submission.
    func submission(
        to exchange: String,
        queue: String = "default",
        _ change: (inout RabbitMQMessage) -> Void = { _ in }
    ) -> RabbitMQMessage {
        var message = RabbitMQMessage(
            exchange: "\(namespace).\(exchange)",
            routingKey: queue,
            properties: RabbitMQProperties(
                messageID: UUID().uuidString,
                type: "test.note",
                contentType: "application/json"
            ),
            body: Array(#"{"text": "hello"}"#.utf8)
        )
        change(&message)
        return message
    }
}

/// Gives a test a virtual host that definitions have been imported into; it and its accounts are gone afterwards.
func withRights(
    queues: [String] = ["default"],
    tenants: [String] = [],
    change: (inout BrokerDefinitions) -> Void = { _ in },
    _ body: (BrokerRights) async throws -> Void
) async throws {
    guard let url = ProcessInfo.processInfo.environment["BATON_RABBITMQ_URL"] else {
        Issue.record("These tests need a RabbitMQ broker: set BATON_RABBITMQ_URL, or run ./deploy/test")
        return
    }
    let rights = BrokerRights(url: url)
    var definitions = try rights.definitions(queues: queues, tenants: tenants)
    change(&definitions)
    let result: Result<Void, any Error>
    do {
        try await rights.setUp(definitions)
        try await body(rights)
        result = .success(())
    } catch {
        result = .failure(error)
    }
    await rights.tearDown(definitions)
    try result.get()
}
