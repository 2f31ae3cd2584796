import ArgumentParser

/// Jobs.
struct JobCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "job",
        abstract: "Shows, requeues, reschedules and deletes jobs.",
        subcommands: [
            JobListCommand.self, JobShowCommand.self, JobRequeueCommand.self, JobRescheduleCommand.self,
            JobDeleteCommand.self,
        ]
    )
}
