import ArgumentParser
import Baton

/// Resumes a recurring entry.
struct RecurringResumeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume",
        abstract: "Resumes a recurring entry: what was missed while it was paused is not made up for."
    )

    @Argument(help: "The entry's id.")
    var id: String

    @OptionGroup var output: Output

    func run() async throws {
        let isDone = try await Connections().withClient(needsBroker: false) { jobs, _, _ in
            try await jobs.recurring.resume(id)
        }
        guard isDone else { throw RecurringCommand.missing(id) }
        output.write(
            .object(["id": .string(id), "outcome": .string("resumed")]),
            "\(TerminalText.safe(id))  resumed\n"
        )
    }
}
