import Baton
import Locking

extension DefectiveStorage {
    func claim(
        _ messages: [DispatchMessage],
        owner: ServerEpoch,
        claim: Int64
    ) async throws(JobStorageError) -> [ClaimOutcome] {
        var messages = messages
        switch defect {
        case .ignoresGenerations:
            for (index, message) in messages.enumerated() {
                if let stored = try await inner.job(message.id) { messages[index].generation = stored.generation }
            }
        case .letsUnknownEpochsClaim: try await inner.register(.unknown(owner), lease: .seconds(60))
        default: break
        }
        let outcomes = try await inner.claim(messages, owner: owner, claim: claim)
        memory.withLock { memory in
            for case .claimed(let job) in outcomes { memory.claimed[job.id] = job }
        }
        if defect == .answersClaimsBackwards { return outcomes.reversed() }
        if defect == .stealsJobs {
            for case (let message, .refused) in zip(messages, outcomes) {
                await untilClaimed(message.id)
            }
        }
        return zip(messages, outcomes).map { spoiled($1, of: $0) }
    }

    /// Waits until whoever claimed a job at the same time has noted it, so that it can be stolen; not for ever, for there may
    /// be nobody.
    private func untilClaimed(_ id: JobID) async {
        for _ in 0..<10_000 where memory.withLock({ $0.claimed[id] == nil }) { await Task.yield() }
    }

    private func spoiled(_ outcome: ClaimOutcome, of message: DispatchMessage) -> ClaimOutcome {
        switch (defect, outcome) {
        case (.countsNoAttempts, .claimed(var job)):
            job.attempt -= 1
            return .claimed(job)
        case (.forgetsRetries, .claimed(var job)):
            job.retry = nil
            return .claimed(job)
        case (.callsMovedJobsEnqueued, .refused(.superseded)): return .refused(.stillEnqueued)
        case (.stealsJobs, .refused(.owned)), (.stealsJobs, .refused(.mine)):
            return memory.withLock { $0.claimed[message.id] }.map { .claimed($0) } ?? outcome
        case (.dropsItsOwn, .refused(.mine)), (.knowsNoGhosts, .refused(.missing)): return .refused(.superseded)
        case (.believesOwnersAlive, .refused(.owned(let owner, _))): return .refused(.owned(by: owner, isDead: false))
        default: return outcome
        }
    }

    func postpone(
        _ messages: [DispatchMessage],
        by delay: Duration,
        reason: String
    ) async throws(JobStorageError) -> [DispatchMessage] {
        let delay = defect == .postponesForLong ? delay * 2 : delay
        let missing = try await inner.postpone(messages, by: delay, reason: reason)
        return defect == .postponesGhosts ? [] : missing
    }

    func complete(
        _ completions: [Completion],
        owner: ServerEpoch
    ) async throws(JobStorageError) -> [CompletionOutcome] {
        if defect == .fencesTheLate, memory.withLock({ $0.left.contains(owner) }) {
            return completions.map { _ in .fenced(.ownEpochIsDead) }
        }
        var outcomes = try await inner.complete(completions.map(spoiled), owner: owner)
        for (index, completion) in completions.enumerated() {
            let run = OwnedRun(id: completion.id, claim: completion.claim)
            switch (defect, outcomes[index]) {
            case (.fencesRepeats, .applied):
                let isFirst = memory.withLock { $0.ended.insert(run).inserted }
                if !isFirst { outcomes[index] = .fenced(.superseded) }
            case (.fencesByOwnerAlone, .fenced(.mine(let job))):
                var completion = completion
                completion.claim = job.claim
                outcomes[index] = try await inner.complete([completion], owner: owner)[0]
            case (.takesOldEnds, .fenced(.superseded)): outcomes[index] = .applied
            case (.classifiesNothing, .fenced): outcomes[index] = .fenced(.superseded)
            default: break
            }
        }
        return outcomes
    }

    func saveProgress(_ progress: [RunProgress], owner: ServerEpoch) async throws(JobStorageError) {
        var progress = progress
        switch defect {
        case .forgetsProgress: return
        case .takesAnybodysProgress:
            for index in progress.indices {
                let claimed = memory.withLock { $0.claimed[progress[index].run.id] }
                progress[index].run.claim = claimed?.claim ?? progress[index].run.claim
            }
        default: break
        }
        try await inner.saveProgress(progress, owner: owner)
    }

    private func spoiled(_ completion: Completion) -> Completion {
        var completion = completion
        switch (defect, completion.outcome) {
        case (.forgetsResults, .succeeded): completion.outcome = .succeeded(result: nil)
        case (.forgetsErrors, .retry(let delay, _, let reason)):
            completion.outcome = .retry(after: delay, JobFailure(type: "", message: ""), reason: reason)
        case (.forgetsErrors, .deleted(_?, let reason)):
            completion.outcome = .deleted(nil, reason: reason)
        case (.failsTheDiscarded, .deleted(let failure, let reason)):
            completion.outcome = .failed(failure ?? JobFailure(type: "", message: reason))
        case (.spendsAttemptsSnoozed, .snoozed(let delay, let reason)):
            completion.outcome = .retry(after: delay, JobFailure(type: "", message: ""), reason: reason)
        case (.spendsAttemptsPutBack, .putBack(let delay, let reason)):
            completion.outcome = .retry(after: delay, JobFailure(type: "", message: ""), reason: reason)
        default: break
        }
        return completion
    }
}

extension ServerRegistration {
    /// Of a server of which nothing is known.
    static func unknown(_ epoch: ServerEpoch) -> ServerRegistration {
        ServerRegistration(epoch: epoch, name: "", processID: 0, queues: [], concurrency: 1, jobNames: [])
    }
}
