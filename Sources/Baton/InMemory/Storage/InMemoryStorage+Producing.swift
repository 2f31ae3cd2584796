internal import Locking

extension InMemoryStorage {
    /// Stores new jobs, all or none.
    ///
    /// - Parameters:
    ///   - jobs: The jobs; of several with one id the first is stored.
    ///   - isRepeated: Whether an earlier try's answer was lost. Then a job that exists in any state counts as a duplicate.
    /// - Returns: What became of each, in order.
    /// - Throws: ``JobStorageError``, refused, when a job exists that is said to be new.
    public func insert(_ jobs: [NewJob], isRepeated: Bool) async throws(JobStorageError) -> [InsertOutcome] {
        try transaction { tables, now throws(JobStorageError) in
            if !isRepeated { try tables.checkNew(jobs) }
            return jobs.map { job in
                guard tables.rows[job.id] == nil else { return .duplicate }
                tables.add(InMemoryTables.Row(job, at: now))
                return .inserted
            }
        }
    }

    /// Stores new jobs that are a server's from the start, all or none.
    ///
    /// - Parameters:
    ///   - jobs: The jobs.
    ///   - owner: The server's epoch.
    ///   - claim: A number never used before in this epoch.
    /// - Returns: The jobs, in order; none when the server's epoch is certified dead.
    /// - Throws: ``JobStorageError``, refused, when one of the jobs exists.
    public func insert(
        _ jobs: [NewJob],
        owner: ServerEpoch,
        claim: Int64
    ) async throws(JobStorageError) -> [ClaimedJob] {
        try transaction { tables, now throws(JobStorageError) in
            try tables.checkNew(jobs)
            guard tables.isAlive(owner) else { return [] }
            return jobs.compactMap { job in
                var job = job
                job.start = .enqueued(nil)
                tables.add(InMemoryTables.Row(job, at: now))
                tables.take(job.id, for: owner, claim: claim, at: now)
                return tables.rows[job.id]?.claimed
            }
        }
    }

    /// Deletes a job that is not final, whatever it does at the moment.
    ///
    /// - Parameters:
    ///   - id: The job.
    ///   - reason: Why, for its history.
    ///   - state: The state in which it must be; `nil` for any.
    /// - Returns: Whether there was such a job.
    /// - Throws: Never; the signature is the protocol's.
    public func delete(
        _ id: JobID,
        reason: String?,
        expecting state: JobState?
    ) async throws(JobStorageError) -> Bool {
        transaction { tables, now in
            guard let found = tables.rows[id]?.state, !found.isFinal, (state ?? found) == found else { return false }
            tables.move(id, to: .deleted, at: now, reason: reason) { $0.unfence() }
            return true
        }
    }

    /// Deletes many jobs that are not final, whatever they do at the moment.
    ///
    /// - Parameters:
    ///   - targets: The jobs; one that is not as it is expected to be stays as it is.
    ///   - reason: Why, for their histories.
    /// - Returns: Those that it has deleted.
    /// - Throws: Never; the signature is the protocol's.
    public func delete(_ targets: [JobTarget], reason: String?) async throws(JobStorageError) -> Set<JobID> {
        transaction { tables, now in
            var deleted: Set<JobID> = []
            for target in targets {
                guard let row = tables.rows[target.id], !row.state.isFinal,
                    target.expects(row.state, generation: row.generation)
                else { continue }
                tables.move(target.id, to: .deleted, at: now, reason: reason) { $0.unfence() }
                deleted.insert(target.id)
            }
            return deleted
        }
    }

    /// A job as it stands.
    ///
    /// - Parameter id: The job.
    /// - Returns: The job, or `nil` when there is none.
    /// - Throws: Never; the signature is the protocol's.
    public func job(_ id: JobID) async throws(JobStorageError) -> JobSnapshot? {
        read { $0.rows[id]?.snapshot }
    }

    /// Every transition of a job, oldest first.
    ///
    /// - Parameter id: The job.
    /// - Returns: The transitions; none when there is no such job.
    /// - Throws: Never; the signature is the protocol's.
    public func history(of id: JobID) async throws(JobStorageError) -> [JobHistoryEntry] {
        read { $0.rows[id]?.history ?? [] }
    }

    // MARK: Publishing

    /// Registers a publisher session.
    ///
    /// - Parameters:
    ///   - session: The session.
    ///   - lease: How long it counts as alive without a word.
    /// - Throws: Never; the signature is the protocol's.
    public func openSession(_ session: PublisherSession, lease: Duration) async throws(JobStorageError) {
        transaction { tables, now in
            let fresh = PublisherWatermark(session: session, confirmedBelow: 1, pending: [])
            var state = tables.sessions[session] ?? InMemoryTables.Session(watermark: fresh, leaseUntil: now)
            guard !state.isClosed else { return }
            state.leaseUntil = now.adding(lease)
            tables.sessions[session] = state
        }
    }

    /// Stores how far a session is confirmed and renews it; what it said later, or at its end, stays.
    ///
    /// - Parameters:
    ///   - watermark: How far it is confirmed.
    ///   - lease: How long it counts as alive without another word.
    /// - Throws: Never; the signature is the protocol's.
    public func saveWatermark(_ watermark: PublisherWatermark, lease: Duration) async throws(JobStorageError) {
        transaction { tables, now in
            if let known = tables.sessions[watermark.session] {
                guard !known.isClosed, known.watermark.confirmedBelow <= watermark.confirmedBelow else { return }
            }
            tables.sessions[watermark.session] = InMemoryTables.Session(
                watermark: watermark,
                leaseUntil: now.adding(lease)
            )
        }
    }

    /// Ends a session with its last watermark.
    ///
    /// - Parameter watermark: How far it is confirmed, for good.
    /// - Throws: Never; the signature is the protocol's.
    public func closeSession(_ watermark: PublisherWatermark) async throws(JobStorageError) {
        transaction { tables, now in
            tables.sessions[watermark.session] = InMemoryTables.Session(
                watermark: watermark,
                leaseUntil: now,
                endedAt: now
            )
        }
    }

    /// Takes the marks off rows whose publish was given up, so that anybody may publish them.
    ///
    /// - Parameters:
    ///   - session: The session.
    ///   - sequences: The numbers given up.
    /// - Throws: Never; the signature is the protocol's.
    public func releaseMarks(of session: PublisherSession, _ sequences: [Int64]) async throws(JobStorageError) {
        transaction { tables, _ in
            for id in tables.enqueued(session, sequences) { tables.rows[id]?.mark = nil }
        }
    }
}
