import Logging
import Locking

/// Stores the ends of runs, then acknowledges their deliveries: never the other way round (PROTOCOL move 3, I3).
struct CompletionProcess: Sendable {
    let core: ServerCore

    /// Stores ends until cancelled.
    ///
    /// - Throws: `CancellationError`, or what storage refuses for good.
    func run() async throws {
        while true {
            let batch = try await core.completions.next()
            let owners = core.table.withLock { table in
                batch.map { table.owner(of: OwnedRun(id: $0.id, claim: $0.claim)) }
            }
            if let owner = owners.first, let owner, owners.allSatisfy({ $0 == owner }) {
                try await store(batch, owner)
                continue
            }
            // An epoch was replaced meanwhile.
            let byOwner = zip(batch, owners).grouped(by: \.1)
            for case (let owner?, let pairs) in byOwner {
                try await store(pairs.map(\.0), owner)
            }
        }
    }

    private func store(_ completions: [Completion], _ owner: ServerEpoch) async throws {
        // What a run said last is kept with it, also of a run too short for its report to be stored meanwhile.
        try await core.awaitProgress(before: completions)
        let outcomes: [CompletionOutcome]
        do {
            outcomes = try await core.retrying("storing the ends of jobs") { () throws(JobStorageError) in
                try await core.storage.complete(completions, owner: owner)
            }
        } catch let error as JobStorageError where error.code == .refused {
            try await storeRefused(completions, owner, error)
            return
        }
        await settle(completions, outcomes)
    }

    /// Finds the end that storage refuses, so that it harms no other; its job fails with the reason.
    private func storeRefused(_ completions: [Completion], _ owner: ServerEpoch, _ error: JobStorageError) async throws
    {
        guard completions.count == 1, let completion = completions.first else {
            for completion in completions {
                try await store([completion], owner)
            }
            return
        }
        if case .failed = completion.outcome { throw error }
        var failed = completion
        failed.outcome = .failed(JobFailure(type: "JobStorageError", message: error.message))
        try await store([failed], owner)
    }

    private func settle(_ completions: [Completion], _ outcomes: [CompletionOutcome]) async {
        var settled: [Delivery] = []
        var applied: [AppliedState] = []
        var fenced = 0
        let classifies = !core.environment.defects.contains(.acknowledgesUnclassified)
        core.table.withLock { table in
            for (completion, outcome) in zip(completions, outcomes) {
                let key = OwnedRun(id: completion.id, claim: completion.claim)
                guard let run = table.remove(key) else { continue }
                switch outcome {
                case .applied:
                    settled += run.deliveries
                    if core.tellsApplied { applied.append(AppliedState(of: run.job, server: core.name, completion)) }
                case .fenced(let refusal):
                    fenced += 1
                    settled += classifies ? Self.settle(run, refusal, &table) : run.deliveries
                }
            }
            table.beginSettling()
        }
        await core.consumer.acknowledge(settled)
        core.applied.append(applied)
        core.table.withLock { $0.endSettling() }
        core.progress.ring()
        wake(completions)
        if fenced > 0 {
            core.logger.warning(
                "ends of runs refused: their jobs had been taken away",
                metadata: ["count": "\(fenced)"]
            )
            core.claimable.ring()
            core.bundled.ring()
            await core.count([.fencedCompletions: fenced])
        }
    }

    /// What may be acknowledged after a refused end: not a row that is still enqueued at this generation, which is
    /// claimed again.
    private static func settle(_ run: RunTable.Run, _ refusal: ClaimRefusal, _ table: inout RunTable) -> [Delivery] {
        guard refusal == .stillEnqueued || refusal == .ownEpochIsDead else { return run.deliveries }
        table.claimAgain(run.deliveries.map { RunTable.Held(delivery: $0, since: run.since) })
        return []
    }

    /// Tells schedulers of what has just been scheduled.
    private func wake(_ completions: [Completion]) {
        let delays: [Duration] = completions.compactMap { completion in
            switch completion.outcome {
            case .retry(let delay, _, _), .putBack(let delay, _), .snoozed(let delay, _): delay
            case .succeeded, .failed, .deleted: nil
            }
        }
        if let earliest = delays.min() {
            core.client.scheduled.ring(dueAt: core.clock.now.advanced(by: earliest))
        }
    }
}
