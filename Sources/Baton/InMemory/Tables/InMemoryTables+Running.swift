#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

extension InMemoryTables {
    /// Refuses jobs that are said to be new and exist.
    func checkNew(_ jobs: [NewJob]) throws(JobStorageError) {
        guard let known = jobs.first(where: { rows[$0.id] != nil }) else { return }
        throw JobStorageError(
            .refused,
            "Job \(known.id) is stored already. Say that the insert is repeated, or give the job another id."
        )
    }

    /// Claims one row where it is enqueued; whether its owner lives is the caller's to know.
    mutating func take(_ id: JobID, for owner: ServerEpoch, claim: Int64, at now: Date) {
        move(id, to: .processing, at: now, server: owner) { row in
            row.run += 1
            row.attempt += 1
            row.owner = owner
            row.claim = claim
            row.progress = nil
        }
    }

    /// Notes how far a run has come.
    mutating func note(_ progress: RunProgress, owner: ServerEpoch) {
        guard let row = rows[progress.run.id], row.state == .processing, row.owner == owner,
            row.claim == progress.run.claim
        else { return }
        rows[progress.run.id]?.apply { row in
            row.progress = progress.progress
            guard let last = row.history.indices.last else { return }
            row.history[last].data = HistoryData(progress.progress).text
        }
    }

    /// Claims what a message speaks of.
    mutating func claim(_ message: DispatchMessage, owner: ServerEpoch, claim: Int64, at now: Date) -> ClaimOutcome {
        if isAlive(owner), let row = rows[message.id], row.state == .enqueued, row.generation == message.generation {
            take(message.id, for: owner, claim: claim, at: now)
            if let claimed = rows[message.id]?.claimed { return .claimed(claimed) }
        }
        return .refused(refusal(message.id, generation: message.generation, asking: owner))
    }

    /// Claims the oldest rows of some functions, from the first queue and level that has any on.
    mutating func claimWaiting(
        queues: [String],
        names: [String],
        limit: Int,
        levels: [JobPriorityLevel],
        owner: ServerEpoch,
        claim: Int64,
        at now: Date
    ) -> [ClaimedJob] {
        guard isAlive(owner) else { return [] }
        var claimed: [ClaimedJob] = []
        for queue in queues {
            for level in levels where claimed.count < limit {
                for id in waiting(in: queue, names: names, level, limit: limit - claimed.count) {
                    take(id, for: owner, claim: claim, at: now)
                    if let job = rows[id]?.claimed { claimed.append(job) }
                }
            }
        }
        return claimed
    }

    private func waiting(in queue: String, names: [String], _ level: JobPriorityLevel, limit: Int) -> [JobID] {
        // A ticket is given once, so that their order does not depend on that of the set.
        let heads = Set(names).flatMap { rows.waiting(queue: queue, name: $0, level: level).prefix(limit) }
        return heads.sorted().prefix(limit).map(\.id)
    }

    /// Puts one job off that nobody has claimed.
    mutating func postpone(_ message: DispatchMessage, to dueAt: Date, reason: String, at now: Date) {
        guard let row = rows[message.id], row.state == .enqueued, row.generation == message.generation else { return }
        let data = HistoryData(dueAt: dueAt).text
        move(message.id, to: .scheduled, at: now, reason: reason, data: data) { row in
            row.dueAt = dueAt
            row.unfence()
        }
    }

    /// Stores the end of one run.
    mutating func complete(_ completion: Completion, owner: ServerEpoch, at now: Date) -> CompletionOutcome {
        guard let row = rows[completion.id], row.owner == owner, row.claim == completion.claim else {
            return .fenced(refusal(completion.id, generation: completion.generation, asking: owner))
        }
        // The row keeps the fence, so that a repetition knows its own success.
        guard row.state == .processing else { return .applied }
        let id = completion.id
        var data = HistoryData(durationOf: completion)
        switch completion.outcome {
        case .succeeded(let result):
            move(id, to: .succeeded, at: now, server: owner, data: data.text) { row in
                row.result = result
                row.failure = nil
            }
        case .failed(let failure):
            data.add(failure)
            move(id, to: .failed, at: now, server: owner, data: data.text) { $0.failure = failure }
        case .retry(let delay, let failure, let reason):
            let dueAt = now.adding(delay)
            data.add(failure)
            data.add(dueAt: dueAt)
            move(id, to: .scheduled, at: now, reason: reason, server: owner, data: data.text) { row in
                row.failure = failure
                row.dueAt = dueAt
            }
        case .deleted(let failure, let reason):
            if let failure { data.add(failure) }
            move(id, to: .deleted, at: now, reason: reason, server: owner, data: data.text) { row in
                row.failure = failure ?? row.failure
            }
        case .putBack(let delay, let reason), .snoozed(let delay, let reason):
            let dueAt = now.adding(delay)
            data.add(dueAt: dueAt)
            move(id, to: .scheduled, at: now, reason: reason, server: owner, data: data.text) { row in
                row.attempt = max(row.attempt - 1, 0)
                row.dueAt = dueAt
            }
        }
        return .applied
    }
}
