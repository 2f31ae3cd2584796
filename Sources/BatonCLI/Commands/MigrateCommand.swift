import ArgumentParser
import BatonPostgres

/// Brings the schema up to this version.
struct MigrateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate",
        abstract: "Creates the schema, or brings it up to this program's version.",
        discussion: "Several may do so at once; servers do it by themselves unless they are told not to."
    )

    @Flag(
        help: "Change nothing; end with \(CLIExitCode.schemaMismatch.rawValue) when the schema is not of this version."
    )
    var check = false

    @OptionGroup var output: Output

    func run() async throws {
        let connections = try Connections()
        let before = try await connections.schemaVersion()
        if check {
            report(before, before: before)
            guard before.isCurrent else {
                throw CLIError(.schemaMismatch, before.complaint(connections.environment.namespace))
            }
        } else {
            let before = try await PostgresStorage.migrate(connections.environment.storage)
            report(try await connections.schemaVersion(), before: before)
        }
    }

    private func report(_ version: PostgresStorage.SchemaVersion, before: PostgresStorage.SchemaVersion) {
        output.write(
            .object([
                "version": .number(version.found), "version_before": .number(before.found),
                "known_version": .number(version.known), "is_current": .bool(version.isCurrent),
            ]),
            before.found == version.found
                ? "The schema has version \(version.found).\n"
                : "The schema had version \(before.found) and has version \(version.found) now.\n"
        )
    }
}
