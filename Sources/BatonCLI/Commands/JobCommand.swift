import ArgumentParser

/// Jobs.
struct JobCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "job",
        abstract: "Shows, requeues and deletes jobs.",
        subcommands: [JobListCommand.self, JobShowCommand.self, JobRequeueCommand.self, JobDeleteCommand.self]
    )
}
