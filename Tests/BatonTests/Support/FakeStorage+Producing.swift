import Baton

extension FakeStorage {
    func insert(_ jobs: [NewJob], isRepeated: Bool) async throws(JobStorageError) -> [InsertOutcome] {
        try await answer(.insert) { storage throws(JobStorageError) in
            try check(jobs)
            if !isRepeated, read({ tables in jobs.contains { tables.rows[$0.id] != nil } }) {
                report("an id that exists was said to be new")
            }
            let outcomes = try await storage.insert(jobs, isRepeated: isRepeated)
            for (job, outcome) in zip(jobs, outcomes) where outcome == .inserted {
                if case .enqueued(let mark) = job.start { checkSession(of: mark) }
            }
            return outcomes
        }
    }

    func insert(
        _ jobs: [NewJob],
        owner: ServerEpoch,
        claim: Int64
    ) async throws(JobStorageError) -> [ClaimedJob] {
        try await answer(.eagerInsert) { storage throws(JobStorageError) in
            try check(jobs)
            return try await storage.insert(jobs, owner: owner, claim: claim)
        }
    }

    func delete(_ id: JobID, reason: String?, expecting state: JobState?) async throws(JobStorageError) -> Bool {
        try await answer(.delete) { storage throws(JobStorageError) in
            try await storage.delete(id, reason: reason, expecting: state)
        }
    }

    func delete(_ targets: [JobTarget], reason: String?) async throws(JobStorageError) -> Set<JobID> {
        try await answer(.delete) { storage throws(JobStorageError) in
            try await storage.delete(targets, reason: reason)
        }
    }

    func reschedule(
        _ targets: [JobTarget],
        to time: DueTime,
        reason: String?
    ) async throws(JobStorageError) -> [RescheduleOutcome] {
        try await answer(.reschedule) { storage throws(JobStorageError) in
            try await storage.reschedule(targets, to: time, reason: reason)
        }
    }

    func requeue(
        _ targets: [JobTarget],
        marks: PublishMarkRange,
        reason: String?
    ) async throws(JobStorageError) -> JobRequeue {
        try await answer(.requeue) { storage throws(JobStorageError) in
            let requeue = try await storage.requeue(targets, marks: marks, reason: reason)
            check(marks, requeue.dispatches)
            return requeue
        }
    }

    func job(_ id: JobID) async throws(JobStorageError) -> JobSnapshot? {
        try await answer(.job) { storage throws(JobStorageError) in try await storage.job(id) }
    }

    func history(of id: JobID) async throws(JobStorageError) -> [JobHistoryEntry] {
        try await answer(.history) { storage throws(JobStorageError) in try await storage.history(of: id) }
    }

    // MARK: Publishing

    func openSession(_ session: PublisherSession, lease: Duration) async throws(JobStorageError) {
        try await answer(.openSession) { storage throws(JobStorageError) in
            try await storage.openSession(session, lease: lease)
        }
    }

    func saveWatermark(_ watermark: PublisherWatermark, lease: Duration) async throws(JobStorageError) {
        try await answer(.saveWatermark) { storage throws(JobStorageError) in
            let known = read { $0.sessions[watermark.session] }
            if let known, !known.isClosed, watermark.confirmedBelow < known.watermark.confirmedBelow {
                report("a watermark went back")
            }
            try await storage.saveWatermark(watermark, lease: lease)
        }
    }

    func closeSession(_ watermark: PublisherWatermark) async throws(JobStorageError) {
        try await answer(.closeSession) { storage throws(JobStorageError) in
            try await storage.closeSession(watermark)
        }
    }

    func releaseMarks(of session: PublisherSession, _ sequences: [Int64]) async throws(JobStorageError) {
        try await answer(.releaseMarks) { storage throws(JobStorageError) in
            try await storage.releaseMarks(of: session, sequences)
        }
    }
}
