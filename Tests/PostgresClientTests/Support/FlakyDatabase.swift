import Foundation
import PostgresClient
import Testing

/// A database that can be made to vanish and to come back, as if its server were restarted.
struct FlakyDatabase: Sendable {
    let name: String
    let configuration: PostgresConfiguration

    /// Ends all sessions and refuses new ones.
    func goDown() async throws {
        try await withConnection { connection in
            try await connection.query(PostgresStatement("ALTER DATABASE \(self.name) ALLOW_CONNECTIONS false"))
            try await connection.query(
                PostgresStatement(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1",
                    self.name
                )
            )
        }
    }

    func comeBack() async throws {
        try await withConnection { connection in
            _ = try await connection.query(PostgresStatement("ALTER DATABASE \(self.name) ALLOW_CONNECTIONS true"))
        }
    }

    /// How many sessions there are.
    func sessions() async throws -> Int {
        try await withConnection { connection in
            try await connection.value(Int.self, "SELECT count(*) FROM pg_stat_activity WHERE datname = $1", self.name)
        }
    }
}

/// Runs a test with a database of its own, which is dropped afterwards.
func withFlakyDatabase<Result>(_ body: (FlakyDatabase) async throws -> Result) async throws -> Result {
    let name = "test_" + String(UInt64.random(in: .min ... .max), radix: 16)
    let url = try #require(ProcessInfo.processInfo.environment["BATON_POSTGRES_URL"])
    var components = try #require(URLComponents(string: url))
    components.path = "/" + name
    let database = FlakyDatabase(
        name: name,
        configuration: PostgresConfiguration(url: try #require(components.string)).patient
    )
    return try await withConnection { connection in
        try await connection.query(PostgresStatement("CREATE DATABASE \(name)"))
        do {
            let result = try await body(database)
            try await connection.query(PostgresStatement("DROP DATABASE \(name) WITH (FORCE)"))
            return result
        } catch {
            try await connection.query(PostgresStatement("DROP DATABASE \(name) WITH (FORCE)"))
            throw error
        }
    }
}
