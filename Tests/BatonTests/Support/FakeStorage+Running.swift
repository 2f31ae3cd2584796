import Baton

extension FakeStorage {
    func claim(
        _ messages: [DispatchMessage],
        owner: ServerEpoch,
        claim: Int64
    ) async throws(JobStorageError) -> [ClaimOutcome] {
        try await answer(.claim) { tables, now in
            if Set(messages.map(\.id)).count < messages.count {
                tables.violations.append("a job was twice in one claim")
            }
            return messages.map { message in
                guard tables.servers[owner]?.isDead == false else { return .refused(.ownEpochIsDead) }
                guard let row = tables.rows[message.id], row.state == .enqueued,
                    row.generation == message.generation
                else {
                    return .refused(tables.refusal(message.id, generation: message.generation, asking: owner))
                }
                return tables.claim(message.id, owner, claim, at: now).map { .claimed($0) } ?? .refused(.missing)
            }
        }
    }

    func postpone(
        _ messages: [DispatchMessage],
        by delay: Duration,
        reason: String
    ) async throws(JobStorageError) -> [DispatchMessage] {
        try await answer(.postpone) { tables, now in
            for message in messages {
                guard let row = tables.rows[message.id], row.state == .enqueued, row.generation == message.generation
                else { continue }
                tables.move(message.id, to: .scheduled, at: now, reason: reason)
                tables.rows[message.id]?.dueAt = now.advanced(by: delay)
            }
            return messages.filter { tables.rows[$0.id] == nil }
        }
    }

    func complete(
        _ completions: [Completion],
        owner: ServerEpoch
    ) async throws(JobStorageError) -> [CompletionOutcome] {
        try await answer(.complete) { tables, now throws(JobStorageError) in
            try check(completions)
            return completions.map { Self.complete($0, owner, &tables, now) }
        }
    }

    private static func complete(
        _ completion: Completion,
        _ owner: ServerEpoch,
        _ tables: inout FakeTables,
        _ now: JobInstant
    ) -> CompletionOutcome {
        let id = completion.id
        guard let row = tables.rows[id], row.owner == owner, row.claim == completion.claim else {
            return .fenced(tables.refusal(id, generation: completion.generation, asking: owner))
        }
        // The row keeps the fence, so that a repetition knows its own success.
        guard row.state == .processing else { return .applied }
        tables.rows[id]?.completions += 1
        switch completion.outcome {
        case .succeeded(let result):
            tables.rows[id]?.result = result
            tables.move(id, to: .succeeded, at: now)
        case .failed(let failure):
            tables.rows[id]?.failure = failure
            tables.move(id, to: .failed, at: now)
        case .retry(let delay, let failure, let reason):
            tables.rows[id]?.failure = failure
            tables.move(id, to: .scheduled, at: now, reason: reason)
            tables.rows[id]?.dueAt = now.advanced(by: delay)
        case .putBack(let delay, let reason):
            tables.rows[id]?.attempt -= 1
            tables.move(id, to: .scheduled, at: now, reason: reason)
            tables.rows[id]?.dueAt = now.advanced(by: delay)
        }
        return .applied
    }

    // MARK: Living

    func register(_ server: ServerRegistration, lease: Duration) async throws(JobStorageError) {
        try await answer(.register) { tables, now in
            guard tables.servers[server.epoch] == nil else { return }
            tables.servers[server.epoch] = FakeTables.Server(
                registration: server,
                leaseUntil: now.advanced(by: lease)
            )
            if let presence = server.presence { tables.locks.insert(presence) }
        }
    }

    func heartbeat(
        _ epoch: ServerEpoch,
        lease: Duration,
        runs: [OwnedRun],
        takeover: TakeoverTerms?
    ) async throws(JobStorageError) -> HeartbeatAnswer {
        try await answer(.heartbeat) { tables, now in
            guard tables.servers[epoch]?.isDead == false else {
                return HeartbeatAnswer(isAlive: false, lostRuns: [], ownedRuns: nil)
            }
            tables.renew(epoch, lease: lease, takeover: takeover, at: now)
            let owned = tables.rows.values.compactMap { row in
                row.state == .processing && row.owner == epoch
                    ? row.claim.map { OwnedRun(id: row.job.id, claim: $0) } : nil
            }
            return HeartbeatAnswer(
                isAlive: true,
                lostRuns: runs.filter { !owned.contains($0) },
                ownedRuns: owned,
                latePeers: takeover.map { tables.latePeers(of: epoch, after: $0.lateAfter, at: now) } ?? [],
                renewal: tables.servers[epoch]?.renewal
            )
        }
    }

    func putBackUnheld(
        _ runs: [OwnedRun],
        owner: ServerEpoch,
        marks: PublishMarkRange
    ) async throws(JobStorageError) -> [MarkedDispatch] {
        try await answer(.putBackUnheld) { tables, now in
            var dispatches: [MarkedDispatch] = []
            for run in runs {
                guard let row = tables.rows[run.id], row.state == .processing, row.owner == owner,
                    row.claim == run.claim
                else { continue }
                tables.rows[run.id]?.attempt -= 1
                let mark = marks[dispatches.count]
                if let dispatch = tables.enqueue(run.id, mark, at: now, reason: "not run by its server") {
                    dispatches.append(dispatch)
                }
            }
            return dispatches
        }
    }

    func deregister(_ epoch: ServerEpoch) async throws(JobStorageError) {
        try await answer(.deregister) { tables, _ in
            if tables.rows.values.contains(where: { $0.state == .processing && $0.owner == epoch }) {
                tables.violations.append("a server that owns rows left the list")
            }
            tables.servers[epoch] = nil
        }
    }
}
