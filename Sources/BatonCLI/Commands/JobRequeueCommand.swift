import ArgumentParser
import Baton

/// Puts jobs back into their queues.
struct JobRequeueCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "requeue",
        abstract: "Puts jobs back into their queues that have ended or wait for their time.",
        discussion: "They have all their attempts again. A job that is enqueued or processing is refused."
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
                try await jobs.requeue(matching: filter, reason: reason)
            }
            return JobSelection.report(count, "requeued", output)
        }
        let outcomes = try await Connections().withClient(needsBroker: false) { jobs, _, _ in
            var outcomes: [JobOutcome] = []
            for id in selection.ids {
                switch try await jobs.requeue(id, reason: reason, expecting: expecting) {
                case .requeued: outcomes.append(JobOutcome(id: id, kind: .done, state: .enqueued))
                case .refused(let state): outcomes.append(JobOutcome(id: id, kind: .refused, state: state))
                case .missing: outcomes.append(JobOutcome(id: id, kind: .missing, state: nil))
                }
            }
            return outcomes
        }
        try outcomes.report("requeued", output)
    }
}
