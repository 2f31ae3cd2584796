/// Entries that make a job again and again, as ``JobClient/recurring``.
///
/// ```swift
/// try await jobs.recurring.set("digest", .cron("0 9 * * MON-FRI", in: "Europe/Paris"), Mailer.$sendDigest())
/// ```
///
/// Servers make the jobs, whichever is there; each occurrence makes one, however many servers run.
public struct RecurringJobs: Sendable {
    /// The longest id of an entry, in bytes of UTF-8.
    static let longestID = 200

    let client: JobClient

    private var storage: any JobStorage { client.storage }

    /// Sets an entry: makes it, or changes the one of the same id.
    ///
    /// To be called at every start of a program. With everything the same nothing changes; with the same schedule the next
    /// occurrence stays. A paused entry stays paused. One that is disabled is enabled.
    ///
    /// Where an answer is lost or storage is away for a while it is tried again, as an enqueue is.
    ///
    /// - Parameters:
    ///   - id: The entry's id: 1 to 200 bytes of printable characters.
    ///   - schedule: When it is due.
    ///   - call: The call; its arguments are written down now.
    ///   - policy: How its occurrences become jobs.
    ///   - options: What differs from the job's declaration.
    /// - Returns: The entry as it stands now.
    /// - Throws: ``RecurringError`` for a schedule or a policy that cannot be, ``JobError`` for a call that cannot be stored,
    ///   ``JobStorageError``.
    @discardableResult
    public func set(
        _ id: String,
        _ schedule: RecurringSchedule,
        _ call: some JobCall,
        policy: RecurringPolicy = RecurringPolicy(),
        options: JobOptions = JobOptions()
    ) async throws -> RecurringEntry {
        let job = try client.newJob(for: call, options: options)
        return try await set(
            RecurringDefinition(
                id: id,
                name: job.name,
                queue: job.queue,
                arguments: job.arguments,
                priority: job.priority,
                maximumAttempts: job.maximumAttempts,
                timeout: job.timeout,
                retry: job.retry,
                schedule: schedule,
                policy: policy
            )
        )
    }

    /// Sets an entry whose call is written down already.
    ///
    /// - Parameter definition: What it is to be; its arguments are a JSON object.
    /// - Returns: The entry as it stands now.
    /// - Throws: ``RecurringError``, ``JobError``, ``JobStorageError``.
    @discardableResult
    package func set(_ definition: RecurringDefinition) async throws -> RecurringEntry {
        try validate(definition.id)
        try JobName.validate(definition.name)
        try QueueName.validate(definition.queue)
        _ = try definition.policy
        let timetable = try Timetable(definition.schedule)
        var isInDoubt = false
        let setting = try await client.persistently { () throws(JobStorageError) in
            let now = try await storage.recurringDate()
            let nextAt = timetable.next(after: now, knowing: nil) ?? RecurringPlan.never
            do throws(JobStorageError) {
                return try await storage.setRecurring(definition, nextAt: nextAt)
            } catch {
                isInDoubt = isInDoubt || error.code == .outcomeUnknown
                throw error
            }
        }
        // A try before may have changed it already.
        if setting.isChanged || isInDoubt { await announce() }
        return RecurringEntry(setting.record)
    }

    /// Removes an entry; jobs that it made stay.
    ///
    /// - Parameter id: The entry.
    /// - Returns: Whether there was such an entry.
    /// - Throws: ``JobStorageError``.
    @discardableResult
    public func remove(_ id: String) async throws(JobStorageError) -> Bool {
        try await storage.removeRecurring(id)
    }

    /// Makes a job of an entry now, also while it is paused or disabled; its schedule goes on as before.
    ///
    /// - Parameter id: The entry.
    /// - Returns: The job; `nil` when there is no such entry. After a lost answer look at the history first: a repetition makes
    ///   another job.
    /// - Throws: ``JobStorageError``.
    @discardableResult
    public func trigger(_ id: String) async throws(JobStorageError) -> JobHandle<Void>? {
        let job = client.environment.makeJobID()
        let patience = client.configuration.enqueueTimeout
        let isMade = try await client.move(atMost: 1, patience: patience) { marks throws(JobStorageError) in
            let dispatch = try await storage.triggerRecurring(id, job: job, marks: marks)
            return (dispatch.map { [$0] } ?? [], dispatch != nil)
        }
        return isMade ? client.job(job) : nil
    }

    /// Pauses an entry: it makes no jobs until it is resumed, and those are not made up for.
    ///
    /// - Parameter id: The entry.
    /// - Returns: Whether there is such an entry.
    /// - Throws: ``JobStorageError``.
    @discardableResult
    public func pause(_ id: String) async throws(JobStorageError) -> Bool {
        try await storage.pauseRecurring(id)
    }

    /// Lets a paused entry go on, from its next occurrence on.
    ///
    /// - Parameter id: The entry.
    /// - Returns: Whether there is such an entry.
    /// - Throws: ``JobStorageError``.
    @discardableResult
    public func resume(_ id: String) async throws(JobStorageError) -> Bool {
        while let record = try await storage.recurring(id) {
            guard record.isPaused else { return true }
            // One that cannot be read here is left to a server.
            let timetable = try? Timetable(record.definition.schedule)
            let now = try await storage.recurringDate()
            let nextAt = timetable.map { $0.next(after: now, knowing: nil) ?? RecurringPlan.never }
            if try await storage.resumeRecurring(id, revision: record.revision, nextAt: nextAt) {
                await announce()
                return true
            }
            // Somebody has changed it meanwhile, perhaps its schedule.
        }
        return false
    }

    /// An entry as it stands.
    ///
    /// - Parameter id: The entry.
    /// - Returns: The entry; `nil` when there is none.
    /// - Throws: ``JobStorageError``.
    public func entry(_ id: String) async throws(JobStorageError) -> RecurringEntry? {
        try await storage.recurring(id).map(RecurringEntry.init)
    }

    /// Every entry, by id.
    ///
    /// - Returns: The entries.
    /// - Throws: ``JobStorageError``.
    public func list() async throws(JobStorageError) -> [RecurringEntry] {
        try await storage.recurringRecords().map(RecurringEntry.init)
    }

    /// What became of an entry's occurrences, latest first; about the last thousand are kept.
    ///
    /// - Parameters:
    ///   - id: The entry.
    ///   - limit: How many at most.
    /// - Returns: The occurrences; none when there is no such entry.
    /// - Throws: ``JobStorageError``.
    public func history(of id: String, limit: Int = 100) async throws(JobStorageError) -> [RecurringOccurrence] {
        try await storage.recurringHistory(of: id, limit: max(limit, 0))
    }

    /// Tells servers that an entry may be due sooner than they know.
    private func announce() async {
        client.recurringChanged.ring()
        await client.transport.broadcast(.recurringChanged)
    }

    private func validate(_ id: String) throws(RecurringError) {
        guard (1...Self.longestID).contains(id.utf8.count), id.unicodeScalars.allSatisfy(JobName.isPrintable) else {
            throw RecurringError(
                .invalidID,
                """
                An entry's id is 1 to \(Self.longestID) bytes of printable characters; \
                \(String(id.prefix(40)).debugDescription) is not.
                """
            )
        }
    }
}
