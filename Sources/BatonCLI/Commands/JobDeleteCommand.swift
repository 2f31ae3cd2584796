import ArgumentParser
import Baton

/// Deletes jobs.
struct JobDeleteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete",
        abstract: "Deletes jobs that are not final; those that run are cancelled.",
        discussion:
            "Deleted jobs are kept with their history, and can be requeued. A job that has succeeded is refused."
    )

    @OptionGroup var selection: JobSelection

    @Option(help: "Why, for the jobs' histories.")
    var reason = "by hand"

    @Option(help: "Leave jobs that are named as they are when they are not in this state.")
    var expecting: JobState?

    @OptionGroup var output: Output

    func validate() throws {
        guard expecting == nil || selection.filter == nil else {
            throw ValidationError("--expecting goes with ids; --state says what jobs must be.")
        }
    }

    func run() async throws {
        if let filter = selection.filter {
            let count = try await Connections().withClient(needsBroker: false) { jobs, _, _ in
                try await jobs.delete(matching: filter, reason: reason)
            }
            return JobSelection.report(count, "deleted", output)
        }
        let outcomes = try await Connections().withClient(needsBroker: false) { jobs, storage, _ in
            var outcomes: [JobOutcome] = []
            for id in selection.ids {
                if try await jobs.delete(id, reason: reason, expecting: expecting) {
                    outcomes.append(JobOutcome(id: id, kind: .done, state: .deleted))
                } else if let job = try await storage.job(id) {
                    outcomes.append(JobOutcome(id: id, kind: .refused, state: job.state))
                } else {
                    outcomes.append(JobOutcome(id: id, kind: .missing, state: nil))
                }
            }
            return outcomes
        }
        try outcomes.report("deleted", output)
    }
}
