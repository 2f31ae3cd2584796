import Baton

/// What people want to know of a call.
extension SimulationLedger {
    /// Describes a call and its answer.
    func detail<Answer>(of act: SimulationAct, _ outcome: Result<Answer, JobStorageError>) -> String {
        switch (act, outcome) {
        case (.claim(_, let claim), .success(let answer)):
            guard let outcomes = answer as? [ClaimOutcome] else { return "" }
            return " \(claim): " + outcomes.map(describe).joined(separator: ", ")
        case (.complete(_, let ends), .success(let answer)):
            guard let outcomes = answer as? [CompletionOutcome] else { return "" }
            return ": "
                + zip(ends, outcomes).map { end, outcome in
                    "\(name(end.id)) claim \(end.claim) \(word(for: end.outcome))\(outcome == .applied ? "" : " fenced")"
                }.joined(separator: ", ")
        case (_, .failure(let error)):
            return " failed: \(error)"
        default:
            return ""
        }
    }

    private func describe(_ outcome: ClaimOutcome) -> String {
        switch outcome {
        case .claimed(let job): "\(name(job.id)).\(job.generation)"
        case .refused(.mine(let job)): "\(name(job.id)).\(job.generation) mine by \(job.claim)"
        case .refused(.owned(_, let isDead)): "owned by another\(isDead ? ", dead" : "")"
        case .refused(.stillEnqueued): "still enqueued"
        case .refused(.superseded): "superseded"
        case .refused(.missing): "missing"
        case .refused(.ownEpochIsDead): "own epoch is dead"
        }
    }

    private func word(for outcome: Completion.Outcome) -> String {
        switch outcome {
        case .succeeded: "succeeded"
        case .failed: "failed"
        case .retry: "to be retried"
        case .putBack: "put back"
        case .snoozed: "snoozed"
        case .deleted: "deleted"
        }
    }
}
