import ArgumentParser
import Baton

/// Removes rejects.
struct RejectsDropCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "drop",
        abstract: "Removes submissions that are no jobs, for good."
    )

    @Argument(help: "The rejects' ids.")
    var ids: [JobID]

    @OptionGroup var output: Output

    func run() async throws {
        let dropped = try await Connections().withStorage { try await $0.dropRejects(ids) }
        output.write(
            .object([
                "rejects": .array(
                    ids.map { id in
                        .object([
                            "id": .string("\(id)"),
                            "outcome": .string(dropped.contains(id) ? "dropped" : "missing"),
                        ])
                    }
                )
            ]),
            ids.map { "\($0)  \(dropped.contains($0) ? "dropped" : "there is no such reject")\n" }.joined()
        )
        guard dropped.count == Set(ids).count else { throw CLIError(.notFound) }
    }
}
