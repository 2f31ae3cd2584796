import ArgumentParser
import Baton

/// What is done with submissions that are no jobs.
struct RejectsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rejects",
        abstract: "Shows, replays and drops submissions of other programs that are no jobs.",
        subcommands: [
            RejectsListCommand.self, RejectsShowCommand.self, RejectsReplayCommand.self, RejectsDropCommand.self,
        ]
    )
}
