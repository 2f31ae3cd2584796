import ArgumentParser
import Baton

/// Pauses a recurring entry.
struct RecurringPauseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pause",
        abstract: "Pauses a recurring entry: it makes no jobs until it is resumed."
    )

    @Argument(help: "The entry's id.")
    var id: String

    @OptionGroup var output: Output

    func run() async throws {
        let isDone = try await Connections().withClient(needsBroker: false) { jobs, _, _ in
            try await jobs.recurring.pause(id)
        }
        guard isDone else { throw RecurringCommand.missing(id) }
        output.write(
            .object(["id": .string(id), "outcome": .string("paused")]),
            "\(TerminalText.safe(id))  paused\n"
        )
    }
}
