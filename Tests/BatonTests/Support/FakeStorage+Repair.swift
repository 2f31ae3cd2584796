import Baton

extension FakeStorage {
    func promoteDue(marks: PublishMarkRange) async throws(JobStorageError) -> Promotion {
        try await answer(.promoteDue) { tables, now in
            let scheduled = tables.rows.values.filter { $0.state == .scheduled }
                .compactMap { row in row.dueAt.map { (row.job.id, $0) } }
                .sorted { $0.1 < $1.1 }
            let due = scheduled.prefix { $0.1 <= now }.prefix(marks.count)
            let dispatches = due.enumerated().compactMap { position, entry in
                tables.enqueue(entry.0, marks[position], at: now, reason: "due")
            }
            let next = scheduled.dropFirst(due.count).first
            return Promotion(dispatches: dispatches, nextDue: next.map { now.duration(to: $0.1) })
        }
    }

    func survey(unpublishedAge: Duration) async throws(JobStorageError) -> ReconcilerSurvey {
        try await answer(.survey) { tables, now in
            ReconcilerSurvey(
                expiredServers: tables.servers.filter { !$0.value.isDead && $0.value.leaseUntil < now }.map(\.key),
                hasOrphans: tables.rows.values.contains { tables.isOrphan($0) },
                hasUnpublished: tables.rows.values.contains {
                    tables.isUnpublished($0, age: unpublishedAge, at: now)
                }
            )
        }
    }

    func certifyDead(_ epoch: ServerEpoch, lease: Duration) async throws(JobStorageError) -> Bool {
        try await answer(.certifyDead) { tables, now in
            guard let server = tables.servers[epoch], !server.isDead, server.leaseUntil < now else { return false }
            tables.servers[epoch]?.isDead = true
            return true
        }
    }

    func sightPeer(_ epoch: ServerEpoch) async throws(JobStorageError) -> PeerSighting? {
        try await answer(.sightPeer) { tables, now in
            guard let server = tables.servers[epoch], !server.isDead, server.offersTakeover,
                let presence = server.registration.presence
            else { return nil }
            return PeerSighting(
                presence: presence,
                isLocked: tables.locks.contains(presence),
                renewal: server.renewal,
                stoodAge: server.stoodAfter.duration(to: now),
                sessionAge: tables.sessionsSince.duration(to: now)
            )
        }
    }

    func certifyGone(_ epoch: ServerEpoch, renewal: Int64) async throws(JobStorageError) -> Bool {
        try await answer(.certifyGone) { tables, now in
            guard let server = tables.servers[epoch], !server.isDead, server.offersTakeover,
                server.renewal == renewal, let presence = server.registration.presence,
                !tables.locks.contains(presence), tables.sessionsSince < server.stoodAfter
            else { return false }
            tables.servers[epoch]?.isDead = true
            return true
        }
    }

    func requeueOrphans(marks: PublishMarkRange) async throws(JobStorageError) -> OrphanRepair {
        try await answer(.requeueOrphans) { tables, now in
            var repair = OrphanRepair(dispatches: [], failed: 0)
            for row in tables.rows.values where tables.isOrphan(row) && repair.dispatches.count < marks.count {
                if row.attempt >= row.job.maximumAttempts {
                    tables.rows[row.job.id]?.owner = nil
                    tables.rows[row.job.id]?.claim = nil
                    tables.move(row.job.id, to: .failed, at: now, reason: "its server died at the last attempt")
                    repair.failed += 1
                } else if let dispatch = tables.enqueue(
                    row.job.id,
                    marks[repair.dispatches.count],
                    at: now,
                    reason: "its server died"
                ) {
                    repair.dispatches.append(dispatch)
                }
            }
            return repair
        }
    }

    func adoptUnpublished(
        marks: PublishMarkRange,
        unpublishedAge age: Duration
    ) async throws(JobStorageError) -> [MarkedDispatch] {
        try await answer(.adoptUnpublished) { tables, now in
            var dispatches: [MarkedDispatch] = []
            for row in tables.rows.values where tables.isUnpublished(row, age: age, at: now) {
                guard dispatches.count < marks.count else { break }
                let mark = marks[dispatches.count]
                tables.checkSession(of: mark)
                tables.rows[row.job.id]?.mark = mark
                dispatches.append(
                    MarkedDispatch(message: row.message(generation: row.generation), sequence: mark?.sequence ?? 0)
                )
            }
            return dispatches
        }
    }

    func count(_ counts: [JobCounter: Int]) async throws(JobStorageError) {
        try await answer(.count) { tables, _ in
            tables.counters.merge(counts, uniquingKeysWith: +)
        }
    }

    func tidy() async throws(JobStorageError) {
        try await answer(.tidy) { _, _ in }
    }
}
