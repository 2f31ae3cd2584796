import ArgumentParser
import Baton

/// Makes a job of a recurring entry.
struct RecurringTriggerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "trigger",
        abstract: "Makes a job of a recurring entry now, also while it is paused; its schedule goes on as before."
    )

    @Argument(help: "The entry's id.")
    var id: String

    @OptionGroup var output: Output

    func run() async throws {
        let job = try await Connections().withClient(needsBroker: false) { jobs, _, _ in
            try await jobs.recurring.trigger(id)?.id
        }
        guard let job else { throw RecurringCommand.missing(id) }
        output.write(.object(["id": .string(id), "job_id": .string("\(job)")]), "\(job)\n")
    }
}
