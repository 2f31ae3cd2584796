import ArgumentParser

/// Queues.
struct QueueCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "queue",
        abstract: "Shows, pauses and resumes queues.",
        subcommands: [QueueListCommand.self, QueuePauseCommand.self, QueueResumeCommand.self]
    )
}
