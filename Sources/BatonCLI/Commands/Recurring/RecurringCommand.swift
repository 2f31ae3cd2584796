import ArgumentParser
import Baton

/// Recurring entries.
struct RecurringCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "recurring",
        abstract: "Shows, sets, triggers, pauses, resumes and removes recurring entries.",
        subcommands: [
            RecurringListCommand.self, RecurringShowCommand.self, RecurringSetCommand.self,
            RecurringTriggerCommand.self,
            RecurringPauseCommand.self, RecurringResumeCommand.self, RecurringRemoveCommand.self,
        ]
    )

    /// What a command ends with that is about an entry which is not there.
    ///
    /// - Parameter id: The entry.
    /// - Returns: The error.
    static func missing(_ id: String) -> CLIError {
        CLIError(.notFound, "There is no recurring entry “\(id)”.")
    }
}
