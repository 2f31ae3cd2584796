import Foundation
import Logging
import PostgresClient
import Testing

/// The server that the tests run against.
enum TestDatabase {
    struct Missing: Error, CustomStringConvertible {
        let description = "BATON_POSTGRES_URL is not set: these tests need a PostgreSQL server"
    }

    static func url() throws -> String {
        guard let url = ProcessInfo.processInfo.environment["BATON_POSTGRES_URL"] else { throw Missing() }
        return url
    }

    static func configuration() throws -> PostgresConfiguration {
        PostgresConfiguration(url: try self.url()).patient
    }

    /// Where the server is.
    static func address() throws -> (host: String, port: UInt16) {
        let components = try self.components()
        return (components.host ?? "127.0.0.1", UInt16(clamping: components.port ?? 5432))
    }

    /// The same database, reached by another way.
    static func configuration(host: String, port: UInt16) throws -> PostgresConfiguration {
        try self.configuration {
            $0.host = host
            $0.port = Int(port)
        }
    }

    /// The server with another URL.
    static func configuration(_ change: (inout URLComponents) -> Void) throws -> PostgresConfiguration {
        var components = try self.components()
        change(&components)
        return PostgresConfiguration(url: try #require(components.string)).patient
    }

    private static func components() throws -> URLComponents {
        try #require(URLComponents(string: self.url()))
    }
}

extension PostgresConfiguration {
    /// With limits that a busy machine does not run into: they are the matter of tests that set their own.
    var patient: PostgresConfiguration {
        var configuration = self
        configuration.connectTimeout = .seconds(60)
        configuration.cancellationTimeout = .seconds(60)
        configuration.leaseTimeout = .seconds(300)
        return configuration
    }
}

/// Runs a test with a connection of its own.
func withConnection<Result>(
    configuration: PostgresConfiguration? = nil,
    logger: Logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }),
    _ body: (PostgresConnection) async throws -> Result
) async throws -> Result {
    let configuration = try configuration ?? TestDatabase.configuration()
    let connection = try await PostgresConnection.connect(configuration, logger: logger)
    do {
        let result = try await body(connection)
        await connection.close()
        return result
    } catch {
        await connection.close()
        throw error
    }
}

/// Runs a test with a client of its own.
func withClient<Result: Sendable>(
    _ configuration: PostgresConfiguration? = nil,
    configure: (inout PostgresConfiguration) -> Void = { _ in },
    _ body: (PostgresClient) async throws -> Result
) async throws -> Result {
    var configuration = try configuration ?? TestDatabase.configuration()
    configure(&configuration)
    let client = PostgresClient(configuration)
    return try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await client.run() }
        let result = try await body(client)
        group.cancelAll()
        return result
    }
}

/// Runs a test with a schema of its own, which is dropped afterwards.
func withSchema<Result>(_ body: (String) async throws -> Result) async throws -> Result {
    let schema = "test_" + String(UInt64.random(in: .min ... .max), radix: 16)
    return try await withConnection { connection in
        try await connection.query(PostgresStatement("CREATE SCHEMA \(schema)", prepared: false))
        do {
            let result = try await body(schema)
            try await connection.query(PostgresStatement("DROP SCHEMA \(schema) CASCADE", prepared: false))
            return result
        } catch {
            try await connection.query(PostgresStatement("DROP SCHEMA \(schema) CASCADE", prepared: false))
            throw error
        }
    }
}

extension PostgresSession {
    /// The only value that a statement returns.
    func value<Value: PostgresDecodable, each Parameter: PostgresEncodable>(
        _ type: Value.Type,
        _ sql: String,
        _ parameters: repeat each Parameter
    ) async throws -> Value {
        let result = try await self.query(PostgresStatement(sql, repeat each parameters))
        return try #require(result.first).decode(type, 0)
    }

    /// Expects a statement to return one value.
    ///
    /// A function, because a `try` inside `#expect` does not make the closure around it a throwing one.
    func expect<Value: PostgresDecodable & Equatable, each Parameter: PostgresEncodable>(
        _ expected: Value,
        _ sql: String,
        _ parameters: repeat each Parameter,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let value = try await self.value(Value.self, sql, repeat each parameters)
        #expect(value == expected, sourceLocation: sourceLocation)
    }
}
