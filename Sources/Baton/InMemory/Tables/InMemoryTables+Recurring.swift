#if canImport(FoundationEssentials)
    package import FoundationEssentials
#else
    package import Foundation
#endif

extension InMemoryTables {
    /// Recurring entries and their occurrences.
    package struct Recurring: Sendable {
        /// Which occurrence: one by hand is told from one of the schedule, and from another by hand.
        struct Key: Sendable, Hashable {
            let at: Date
            let trigger: JobID?
        }

        /// The entries.
        package var records: [String: RecurringRecord] = [:]
        /// What became of occurrences, by entry.
        var occurrences: [String: [Key: RecurringOccurrence]] = [:]
        /// The last revision given to an entry; no two are the same.
        var lastRevision: Int64 = 0

        init() {}

        mutating func nextRevision() -> Int64 {
            lastRevision += 1
            return lastRevision
        }
    }

    /// How long to wait before it is looked again whether a job has ended for which an occurrence waits.
    private static let heldInterval = Duration.seconds(1)

    // MARK: Setting

    /// Sets an entry.
    ///
    /// - Parameters:
    ///   - definition: What it is to be.
    ///   - nextAt: The first occurrence from now on.
    /// - Returns: The entry as it stands now.
    package mutating func setRecurring(_ definition: RecurringDefinition, nextAt: Date) -> RecurringSetting {
        let nextAt = nextAt.inMicroseconds
        guard var record = recurring.records[definition.id] else {
            let record = RecurringRecord(definition: definition, revision: recurring.nextRevision(), nextAt: nextAt)
            recurring.records[definition.id] = record
            return RecurringSetting(record: record, isChanged: true)
        }
        guard record.definition != definition || record.error != nil else {
            return RecurringSetting(record: record, isChanged: false)
        }
        if record.definition.schedule != definition.schedule || record.error != nil { record.nextAt = nextAt }
        record.definition = definition
        record.error = nil
        record.revision = recurring.nextRevision()
        recurring.records[definition.id] = record
        return RecurringSetting(record: record, isChanged: true)
    }

    mutating func removeRecurring(_ id: String) -> Bool {
        recurring.occurrences[id] = nil
        return recurring.records.removeValue(forKey: id) != nil
    }

    /// Changes an entry.
    ///
    /// - Parameters:
    ///   - id: The entry.
    ///   - change: The change; gives back whether there is one.
    /// - Returns: Whether there is such an entry.
    mutating func changeRecurring(_ id: String, _ change: (inout RecurringRecord) -> Bool) -> Bool {
        guard var record = recurring.records[id] else { return false }
        guard change(&record) else { return true }
        record.revision = recurring.nextRevision()
        recurring.records[id] = record
        return true
    }

    /// Pauses an entry.
    ///
    /// - Parameters:
    ///   - id: The entry.
    ///   - now: The present date.
    /// - Returns: Whether there is such an entry.
    package mutating func pauseRecurring(_ id: String, at now: Date) -> Bool {
        if let heldAt = recurring.records[id]?.heldAt {
            note(RecurringOccurrence(at: heldAt, outcome: .skipped, jobID: nil, decidedAt: now), of: id)
        }
        return changeRecurring(id) { record in
            guard !record.isPaused else { return false }
            record.isPaused = true
            record.heldAt = nil
            return true
        }
    }

    mutating func resumeRecurring(_ id: String, revision: Int64, nextAt: Date?) -> Bool {
        guard let record = recurring.records[id], record.revision == revision, record.isPaused else { return false }
        return changeRecurring(id) { record in
            record.isPaused = false
            record.nextAt = nextAt?.inMicroseconds
            return true
        }
    }

    mutating func disableRecurring(_ id: String, revision: Int64, error: String) -> Bool {
        guard let record = recurring.records[id], record.revision == revision, record.error == nil else { return false }
        return changeRecurring(id) { record in
            record.error = error
            return true
        }
    }

    // MARK: Firing

    func dueRecurring(limit: Int, at now: Date) -> RecurringDue {
        let records = recurring.records.values.filter { !$0.isPaused && $0.error == nil }
        func isDue(_ record: RecurringRecord) -> Bool {
            record.nextAt.map { $0 <= now } ?? true || record.heldAt != nil && !isBusy(record)
        }
        let due = records.filter(isDue).sorted {
            ($0.nextAt ?? .distantPast, $0.definition.id) < ($1.nextAt ?? .distantPast, $1.definition.id)
        }
        let next = records.compactMap(\.nextAt).filter(\.timeIntervalSince1970.isFinite).min()
        var wait = next.map { now.duration(to: $0) }
        if records.contains(where: { $0.heldAt != nil }) { wait = min(wait ?? Self.heldInterval, Self.heldInterval) }
        if !due.isEmpty { wait = min(wait ?? .zero, .zero) }
        return RecurringDue(records: Array(due.prefix(max(limit, 0))), now: now, nextDue: wait)
    }

    /// Whether one of the jobs that an entry made last has not ended.
    private func isBusy(_ record: RecurringRecord) -> Bool {
        // The occurrence of the last one may have been trimmed.
        let jobs = [record.lastJobID] + recurringHistory(of: record.definition.id).map(\.jobID)
        return jobs.compactMap(\.self).prefix(OverlapPolicy.reach + 1).contains { job in
            rows[job].map { [.enqueued, .processing, .scheduled, .awaiting].contains($0.state) } ?? false
        }
    }

    mutating func advanceRecurring(
        _ advances: [RecurringAdvance],
        _ marks: PublishMarkRange,
        at now: Date
    ) throws(JobStorageError) -> RecurringFiring {
        var firing = RecurringFiring(dispatches: [], nextStart: nil, advanced: 0)
        let won = advances.compactMap { advance -> (RecurringAdvance, RecurringRecord)? in
            guard let record = recurring.records[advance.id], record.revision == advance.revision, !record.isPaused,
                record.error == nil
            else { return nil }
            return (advance, record)
        }
        for (advance, _) in won
        where Set(advance.occurrences.map(\.at.inMicroseconds)).count < advance.occurrences.count {
            throw JobStorageError(.refused, "Of the entry “\(advance.id)” one date is to be decided twice.")
        }
        for (advance, record) in won {
            fire(advance, record, marks, at: now, &firing)
            firing.advanced += 1
        }
        return firing
    }

    private mutating func fire(
        _ advance: RecurringAdvance,
        _ old: RecurringRecord,
        _ marks: PublishMarkRange,
        at now: Date,
        _ firing: inout RecurringFiring
    ) {
        var record = old
        let (policy, isBusy) = (OverlapPolicy(rawValue: old.definition.overlap) ?? .skip, isBusy(old))
        record.heldAt = nil
        for (position, occurrence) in advance.occurrences.enumerated() {
            let at = occurrence.at.inMicroseconds
            let outcome = policy.outcome(of: position + 1, isBusy: isBusy)
            let job = outcome == .fired ? occurrence.jobID : nil
            guard note(RecurringOccurrence(at: at, outcome: outcome, jobID: job, decidedAt: now), of: advance.id) else {
                continue
            }
            if outcome == .held { record.heldAt = at }
            guard let job else { continue }
            (record.lastAt, record.lastJobID) = (at, job)
            let startAt = occurrence.startAt.inMicroseconds
            let reason = RecurringReason.occurrence(of: advance.id, at: at)
            if startAt > now {
                add(Row(old.definition.job(job, start: .at(startAt)), at: now, reason: reason))
                let wait = now.duration(to: startAt)
                firing.nextStart = min(firing.nextStart ?? wait, wait)
            } else if let dispatch = make(job, of: old, marks, firing.dispatches.count, reason: reason, at: now) {
                firing.dispatches.append(dispatch)
            }
        }
        record.nextAt = advance.nextAt.inMicroseconds
        record.revision = recurring.nextRevision()
        recurring.records[advance.id] = record
    }

    mutating func triggerRecurring(
        _ id: String,
        _ job: JobID,
        _ marks: PublishMarkRange,
        at now: Date
    ) -> MarkedDispatch? {
        guard let record = recurring.records[id] else { return nil }
        let occurrence = RecurringOccurrence(at: now, outcome: .triggered, jobID: job, decidedAt: now)
        guard note(occurrence, of: id),
            let dispatch = make(job, of: record, marks, 0, reason: RecurringReason.trigger(of: id), at: now)
        else { return nil }
        _ = changeRecurring(id) { record in
            (record.lastAt, record.lastJobID) = (now, job)
            return true
        }
        return dispatch
    }

    private mutating func make(
        _ job: JobID,
        of record: RecurringRecord,
        _ marks: PublishMarkRange,
        _ position: Int,
        reason: String,
        at now: Date
    ) -> MarkedDispatch? {
        guard position < marks.count else { return nil }
        add(Row(record.definition.job(job, start: .enqueued(marks[position])), at: now, reason: reason))
        return rows[job]?.dispatch(marks, position)
    }

    // MARK: History

    /// Notes what became of an occurrence; what was decided before stays, unless it waits.
    ///
    /// - Returns: Whether it was noted.
    @discardableResult
    private mutating func note(_ occurrence: RecurringOccurrence, of id: String) -> Bool {
        let trigger = occurrence.outcome == .triggered ? occurrence.jobID : nil
        let key = Recurring.Key(at: occurrence.at, trigger: trigger)
        let known = recurring.occurrences[id]?[key]
        guard known == nil || known?.outcome == .held else { return false }
        recurring.occurrences[id, default: [:]][key] = occurrence
        return true
    }

    /// What became of an entry's occurrences, latest first.
    ///
    /// - Parameter id: The entry.
    /// - Returns: The occurrences.
    package func recurringHistory(of id: String) -> [RecurringOccurrence] {
        let sorted = (recurring.occurrences[id] ?? [:]).sorted { left, right in
            let (one, other) = (left.key.trigger?.description ?? "", right.key.trigger?.description ?? "")
            return (right.key.at, other) < (left.key.at, one)
        }
        return sorted.map(\.value)
    }

    /// Forgets what was decided of an occurrence.
    ///
    /// - Parameters:
    ///   - date: When the entry was due.
    ///   - id: The entry.
    package mutating func forgetOccurrence(at date: Date, of id: String) {
        recurring.occurrences[id]?[Recurring.Key(at: date.inMicroseconds, trigger: nil)] = nil
    }

    mutating func trimRecurringHistory(keeping count: Int, limit: Int) -> Int {
        var removed = 0
        for id in recurring.occurrences.keys.sorted() {
            let old = recurringHistory(of: id).dropFirst(max(count, 0)).prefix(max(limit - removed, 0))
            let dates = Set(old.map { Recurring.Key(at: $0.at, trigger: $0.outcome == .triggered ? $0.jobID : nil) })
            recurring.occurrences[id] = recurring.occurrences[id]?.filter { !dates.contains($0.key) }
            removed += dates.count
        }
        return removed
    }
}
