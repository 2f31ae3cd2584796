import ArgumentParser
import Baton

/// Makes jobs of rejects.
struct RejectsReplayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Makes jobs of submissions that were rejected, where they are jobs by now.",
        discussion: "What was sent before under the same message id makes no second job. How old it is does not count."
    )

    @Argument(help: "The rejects' ids.")
    var ids: [JobID]

    @OptionGroup var output: Output

    func run() async throws {
        let outcomes = try await Connections().withClient(needsBroker: false) { jobs, storage, _ in
            var outcomes: [(id: JobID, outcome: ReplayOutcome?)] = []
            for id in ids {
                let reject = try await storage.rejects(matching: RejectFilter(ids: [id]), limit: 1).first
                var outcome: ReplayOutcome?
                if let reject { outcome = try await jobs.replay(reject) }
                outcomes.append((id, outcome))
            }
            return outcomes
        }
        output.write(
            .object(["rejects": .array(outcomes.map { Self.node($0, $1) })]),
            outcomes.map { Self.line($0, $1) }.joined()
        )
        if outcomes.contains(where: { $0.outcome.map { $0.jobID == nil } ?? false }) { throw CLIError(.refused) }
        if outcomes.contains(where: { $0.outcome == nil }) { throw CLIError(.notFound) }
    }

    private static func node(_ id: JobID, _ outcome: ReplayOutcome?) -> JSONNode {
        .object([
            "id": .string("\(id)"),
            "outcome": .string(outcome?.word ?? "missing"),
            "job_id": .optional(outcome?.jobID?.description),
            "code": .optional(outcome?.reject?.code.description),
            "reason": .optional(outcome?.reject?.reason),
        ])
    }

    private static func line(_ id: JobID, _ outcome: ReplayOutcome?) -> String {
        switch outcome {
        case .stored(let job): "\(id)  stored as job \(job)\n"
        case .duplicate: "\(id)  refused: the same message has made a job before\n"
        case .rejected(let reject): "\(id)  refused: \(TerminalText.safe(reject.description))\n"
        case nil: "\(id)  there is no such reject\n"
        }
    }
}

extension ReplayOutcome {
    fileprivate var word: String {
        switch self {
        case .stored: "stored"
        case .duplicate: "duplicate"
        case .rejected: "rejected"
        }
    }

    fileprivate var jobID: JobID? {
        if case .stored(let id) = self { id } else { nil }
    }

    fileprivate var reject: SubmissionReject? {
        if case .rejected(let reject) = self { reject } else { nil }
    }
}
