import Baton
import Foundation
import PostgresClient
import Testing

@testable import BatonPostgres

/// A namespace as an administrator sets it up, with an account for each of its roles.
struct Accounts: Sendable {
    enum Role: String, CaseIterable {
        case migrator, runtime, producer, reader
    }

    let namespace: String
    let admin: PostgresClient
    private let password = "p\(UInt64.random(in: .min ... .max))"

    var schema: Schema { get throws { Schema(namespace: try Namespace(namespace)) } }

    func name(_ role: Role) -> String { "\(namespace)_\(role.rawValue)" }

    /// The URL of an account.
    func url(_ role: Role) throws -> String {
        let url = try #require(StorageFixture.url)
        var components = try #require(URLComponents(string: url))
        components.user = name(role)
        components.password = password
        return try #require(components.string)
    }

    /// How to make a connection of an account.
    func configuration(_ role: Role) throws -> PostgresConfiguration {
        var configuration = PostgresConfiguration(url: try url(role))
        // It tries once, beside many other tests.
        configuration.connectTimeout = .seconds(60)
        return configuration
    }

    func storage(_ role: Role) throws -> PostgresStorage {
        PostgresStorage(.init(url: try url(role), namespace: namespace, migrates: false, logger: .quiet))
    }

    /// Runs SQL over a connection of an account's own; `ns.` stands for the namespace.
    @discardableResult
    func sql(as role: Role, _ sql: String...) async throws -> PostgresResult {
        let name = try schema.name
        let connection = try await PostgresConnection.connect(try configuration(role), logger: .quiet)
        do {
            var last: PostgresResult?
            for sql in sql {
                let text = sql.replacingOccurrences(of: "ns.", with: "\(name).")
                last = try await connection.query(PostgresStatement(text, prepared: false))
            }
            await connection.close()
            return try #require(last)
        } catch {
            await connection.close()
            throw error
        }
    }

    /// Expects that PostgreSQL does not let an account do something.
    func expectDenied(_ role: Role, _ sql: String...) async throws {
        for sql in sql {
            let error = await #expect(throws: PostgresError.self, "\(role): \(sql)") {
                try await self.sql(as: role, sql)
            }
            #expect(error?.sqlState?.rawValue == "42501", "\(role): \(sql): \(String(describing: error))")
        }
    }

    /// As a superuser.
    @discardableResult
    func sql(_ sql: String) async throws -> PostgresResult {
        let text = sql.replacingOccurrences(of: "ns.", with: "\(try schema.name).")
        return try await admin.query(PostgresStatement(text, prepared: false))
    }

    fileprivate func grant() async throws {
        let statements = Grants.statements(for: try schema)
        try await admin.execute(statements.map { PostgresStatement($0, prepared: false) })
    }

    fileprivate func setUp() async throws {
        try await grant()
        for role in Role.allCases {
            try await sql("ALTER ROLE \"\(name(role))\" LOGIN PASSWORD '\(password)'")
        }
        let before = try await PostgresStorage.migrate(
            .init(url: try url(.migrator), namespace: namespace, logger: .quiet)
        )
        #expect(before.found == 0)
        try await grant()
    }

    fileprivate func tearDown() async {
        _ = try? await sql("DROP SCHEMA IF EXISTS \"\(namespace)\" CASCADE")
        for role in Role.allCases {
            _ = try? await sql("DROP OWNED BY \"\(name(role))\" CASCADE")
            _ = try? await sql("DROP ROLE IF EXISTS \"\(name(role))\"")
        }
    }
}

/// Gives a test a namespace with its accounts, all of which are dropped at the end.
func withAccounts(_ body: @Sendable (Accounts) async throws -> Void) async throws {
    var configuration = PostgresConfiguration(url: try #require(StorageFixture.url))
    configuration.maximumConnections = 2
    let accounts = Accounts(
        namespace: "test_\(String(UInt64.random(in: .min ... .max), radix: 36))",
        admin: PostgresClient(configuration)
    )
    try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await accounts.admin.run() }
        let outcome: Result<Void, any Error>
        do {
            try await accounts.setUp()
            try await body(accounts)
            outcome = .success(())
        } catch {
            outcome = .failure(error)
        }
        await accounts.tearDown()
        group.cancelAll()
        try outcome.get()
    }
}
