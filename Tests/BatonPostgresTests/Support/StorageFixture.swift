import Baton
import Foundation
import Logging
import PostgresClient
import Testing

@testable import BatonPostgres

/// A storage in a namespace of its own, and SQL beside it.
struct StorageFixture: Sendable {
    static let url = ProcessInfo.processInfo.environment["BATON_POSTGRES_URL"]

    let namespace: String
    let storage: PostgresStorage
    /// For what a test does behind the storage's back.
    let client: PostgresClient

    var schema: Schema { get throws { try storage.sql.get().schema } }
    var statements: Statements { get throws { try storage.sql.get().statements } }

    /// Runs SQL in which `ns.` stands for the namespace.
    @discardableResult
    func sql<each Parameter: PostgresEncodable>(
        _ sql: String,
        _ parameters: repeat each Parameter
    ) async throws -> PostgresResult {
        let text = sql.replacingOccurrences(of: "ns.", with: "\(try schema.name).")
        return try await client.query(PostgresStatement(text, repeat each parameters, prepared: false))
    }

    /// Reads one value.
    func value<Value: PostgresDecodable, each Parameter: PostgresEncodable>(
        _ type: Value.Type,
        _ sql: String,
        _ parameters: repeat each Parameter
    ) async throws -> Value {
        let result = try await self.sql(sql, repeat each parameters)
        return try #require(result.first).decode(type, 0)
    }

    /// The processes whose statements wait for somebody else's lock on something of this namespace.
    func blockedProcesses() async throws -> Set<Int> {
        let waiting = """
            SELECT pid FROM pg_stat_activity
            WHERE wait_event_type = 'Lock' AND position($1 in query) > 0 AND pid <> pg_backend_pid()
            """
        return Set(try await sql(waiting, "\"\(namespace)\".").map { try $0.decode(Int.self, 0) })
    }

    /// Waits until a statement waits for somebody else's lock.
    func waitUntilBlocked() async throws {
        while try await blockedProcesses().isEmpty {
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    /// Another storage in the same namespace, as another process has it.
    func withSecondStorage<Result: Sendable>(
        _ body: @Sendable (PostgresStorage) async throws -> Result
    ) async throws -> Result {
        let url = try #require(Self.url)
        let storage = PostgresStorage(.init(url: url, namespace: namespace, logger: .quiet))
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await storage.run() }
            defer { group.cancelAll() }
            return try await body(storage)
        }
    }
}

extension Logger {
    static let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
}

/// Gives a test a storage in a namespace that is dropped at the end, however the test ends.
func withStorage(
    migrates: Bool = true,
    _ body: @Sendable (StorageFixture) async throws -> Void
) async throws {
    let url = try #require(StorageFixture.url)
    let namespace = "test_\(String(UInt64.random(in: .min ... .max), radix: 36))"
    var configuration = PostgresConfiguration(url: url)
    configuration.maximumConnections = 3
    // One looks whether what another does holds somebody up, who waits only so long.
    configuration.minimumConnections = 2
    let fixture = StorageFixture(
        namespace: namespace,
        storage: PostgresStorage(.init(url: url, namespace: namespace, migrates: migrates, logger: .quiet)),
        client: PostgresClient(configuration)
    )
    try await withThrowingTaskGroup(of: Void.self) { clients in
        clients.addTask { try await fixture.client.run() }
        let outcome: Result<Void, any Error>
        do {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await fixture.storage.run() }
                defer { group.cancelAll() }
                try await body(fixture)
            }
            outcome = .success(())
        } catch {
            outcome = .failure(error)
        }
        _ = try? await fixture.sql("DROP SCHEMA IF EXISTS \(try fixture.schema.name) CASCADE")
        clients.cancelAll()
        try outcome.get()
    }
}
