import ArgumentParser
import BatonPostgres

/// Prints what an administrator of PostgreSQL runs.
struct GrantsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "grants",
        abstract: "Prints the SQL that makes roles for migrations, servers, producers and readers.",
        discussion: """
            For psql, as a superuser, after every migration: baton grants | psql …
            Reads BATON_NAMESPACE only, and connects to nothing.
            """
    )

    func run() async throws {
        StandardOutput.write(try PostgresStorage.grants(namespace: CLIEnvironment.namespace()))
    }
}
