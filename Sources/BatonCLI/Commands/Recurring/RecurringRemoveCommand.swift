import ArgumentParser
import Baton

/// Removes a recurring entry.
struct RecurringRemoveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove",
        abstract: "Removes a recurring entry: jobs that it made stay."
    )

    @Argument(help: "The entry's id.")
    var id: String

    @OptionGroup var output: Output

    func run() async throws {
        let isDone = try await Connections().withClient(needsBroker: false) { jobs, _, _ in
            try await jobs.recurring.remove(id)
        }
        guard isDone else { throw RecurringCommand.missing(id) }
        output.write(
            .object(["id": .string(id), "outcome": .string("removed")]),
            "\(TerminalText.safe(id))  removed\n"
        )
    }
}
