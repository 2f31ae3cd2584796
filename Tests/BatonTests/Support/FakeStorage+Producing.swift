import Baton

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

extension FakeStorage {
    func insert(_ jobs: [NewJob], isRepeated: Bool) async throws(JobStorageError) -> [InsertOutcome] {
        let clock = clock
        return try await answer(.insert) { tables, now throws(JobStorageError) in
            try check(jobs)
            var outcomes: [InsertOutcome] = []
            for job in jobs {
                if tables.rows[job.id] != nil {
                    if !isRepeated {
                        tables.violations.append("an id that exists was said to be new")
                    }
                    outcomes.append(.duplicate)
                    continue
                }
                var row = FakeTables.Row(job: job, state: .enqueued, createdAt: now, stateAt: now)
                switch job.start {
                case .enqueued(let mark):
                    row.generation = 1
                    row.mark = mark
                    tables.checkSession(of: mark)
                case .after(let delay):
                    row.state = .scheduled
                    row.dueAt = now.advanced(by: delay)
                case .at(let date):
                    row.state = .scheduled
                    row.dueAt = now.advanced(by: .seconds(date.timeIntervalSince(clock.date(at: now))))
                }
                tables.rows[job.id] = row
                tables.record(job.id, at: now)
                outcomes.append(.inserted)
            }
            return outcomes
        }
    }

    func delete(_ id: JobID, reason: String?) async throws(JobStorageError) -> Bool {
        try await answer(.delete) { tables, now in
            guard let row = tables.rows[id], !row.state.isFinal else { return false }
            tables.rows[id]?.owner = nil
            tables.rows[id]?.claim = nil
            tables.move(id, to: .deleted, at: now, reason: reason)
            return true
        }
    }

    func job(_ id: JobID) async throws(JobStorageError) -> JobSnapshot? {
        let clock = clock
        return try await answer(.job) { tables, _ in tables.rows[id]?.snapshot(clock.date(at:)) }
    }

    func history(of id: JobID) async throws(JobStorageError) -> [JobHistoryEntry] {
        try await answer(.history) { tables, _ in tables.rows[id]?.history ?? [] }
    }

    // MARK: Publishing

    func openSession(_ session: PublisherSession, lease: Duration) async throws(JobStorageError) {
        try await answer(.openSession) { tables, now in
            guard tables.sessions[session] == nil else { return }
            tables.sessions[session] = FakeTables.Session(
                watermark: PublisherWatermark(session: session, confirmedBelow: 1, pending: []),
                leaseUntil: now.advanced(by: lease)
            )
        }
    }

    func saveWatermark(_ watermark: PublisherWatermark, lease: Duration) async throws(JobStorageError) {
        try await answer(.saveWatermark) { tables, now in
            guard var session = tables.sessions[watermark.session], !session.isClosed else { return }
            if watermark.confirmedBelow < session.watermark.confirmedBelow {
                tables.violations.append("a watermark went back")
            }
            session.watermark = watermark
            session.leaseUntil = now.advanced(by: lease)
            tables.sessions[watermark.session] = session
        }
    }

    func closeSession(_ watermark: PublisherWatermark) async throws(JobStorageError) {
        try await answer(.closeSession) { tables, _ in
            tables.sessions[watermark.session]?.watermark = watermark
            tables.sessions[watermark.session]?.isClosed = true
        }
    }

    func releaseMarks(of session: PublisherSession, _ sequences: [Int64]) async throws(JobStorageError) {
        try await answer(.releaseMarks) { tables, _ in
            for (id, row) in tables.rows {
                if let mark = row.mark, mark.session == session, sequences.contains(mark.sequence) {
                    tables.rows[id]?.mark = nil
                }
            }
        }
    }
}
