extension JobClient {
    func draft<Call: JobCall>(_ call: Call, _ options: JobOptions) throws(JobError) -> JobDraft {
        try JobDraft(call, JobTerms(of: Call.self, options: options, configuration: configuration))
    }

    func enqueue<Output>(
        _ drafts: [JobDraft],
        id: JobID? = nil,
        as output: Output.Type
    ) async throws -> [JobHandle<Output>] {
        guard let filters = drafts.first?.filters else { return [] }
        let ids = id.map { [$0] } ?? environment.makeJobIDs(drafts.count)
        let drafted = zip(drafts, ids).map { $0.job($1, start: .enqueued(nil)) }
        // Before there are marks: a filter may take its time.
        var jobs = try await filters.asked(for: drafted)
        let marks = try await publisher.reserve(jobs.count, patience: configuration.enqueueTimeout)
        for index in jobs.indices { jobs[index].start = .enqueued(marks[index]) }
        try await store(jobs, under: marks, mayExist: id != nil)
        await filters.tell(of: jobs)
        return jobs.map { JobHandle(id: $0.id, storage: storage) }
    }

    /// Stores calls while others of them are still being written down.
    func enqueueInParts<Call: JobCall>(
        _ calls: [Call],
        _ terms: JobTerms
    ) async throws -> [JobHandle<Call.Output>] {
        let marks = try await publisher.reserve(calls.count, patience: configuration.enqueueTimeout)
        var parts = JobParts(calls, terms, ids: environment.makeJobIDs(calls.count), marks: marks)
        do {
            try await storage.insert { try parts.next() }
            publisher.publish(parts.jobs)
        } catch let lost as JobStorageError where lost.isTransient {
            do throws(JobError) {
                while try parts.next() != nil {}
            } catch {
                // The commit is sent once all are written down, so none is stored.
                settle(marks, isCertain: true)
                throw error
            }
            // The usual way, which has patience.
            let unknown = lost.code == .outcomeUnknown ? lost : nil
            try await store(parts.jobs, under: marks, mayExist: unknown != nil, after: unknown)
        } catch {
            settle(marks, isCertain: true)
            throw error
        }
        return parts.jobs.map { JobHandle(id: $0.id, storage: storage) }
    }

    /// Stores jobs, with those of other calls where possible.
    ///
    /// - Parameters:
    ///   - jobs: The jobs.
    ///   - marks: The marks they bear.
    ///   - mayExist: Whether they may be stored already.
    ///   - unknown: How an earlier try ended of which nobody knows whether it has stored them: a later certain failure says
    ///     nothing about it.
    /// - Throws: ``JobStorageError``.
    private func store(
        _ jobs: [NewJob],
        under marks: PublishMarkRange,
        mayExist: Bool,
        after unknown: JobStorageError? = nil
    ) async throws(JobStorageError) {
        do throws(JobStorageError) {
            // A duplicate is this very job, stored by a try whose answer was lost: its row bears this mark too. Or, where the
            // id was given, it may be an earlier job: its wake-up, doubled or stale, is harmless.
            _ = try await (mayExist ? insertsOfGivenIDs : inserts).submit(jobs)
        } catch {
            let verdict = unknown ?? error
            settle(marks, isCertain: verdict.code != .outcomeUnknown)
            throw verdict
        }
    }

    /// Settles the marks of jobs that are not stored; gives up those of which that is not certain.
    private func settle(_ marks: PublishMarkRange, isCertain: Bool) {
        if isCertain || environment.defects.contains(.takesUnknownForRolledBack) {
            publisher.settle((0..<marks.count).lazy.compactMap { marks[$0] })
        } else {
            publisher.abandon(marks)
        }
    }

    func schedule<Output>(
        _ draft: JobDraft,
        _ start: NewJob.Start,
        id: JobID?,
        dueIn delay: Duration
    ) async throws -> JobHandle<Output> {
        let jobs = try await draft.filters.asked(for: [draft.job(id ?? environment.makeJobID(), start: start)])
        _ = try await (id == nil ? inserts : insertsOfGivenIDs).submit(jobs)
        await announce(dueIn: max(delay, .zero))
        await draft.filters.tell(of: jobs)
        return JobHandle(id: jobs[0].id, storage: storage)
    }

    /// Tells schedulers of a job that was just scheduled.
    ///
    /// - Parameter delay: When it becomes due, from now.
    package func announce(dueIn delay: Duration) async {
        let now = environment.clock.now
        scheduled.ring(dueAt: now.advanced(by: delay))
        if announcer.mustAnnounce(dueIn: delay, at: now) {
            await transport.broadcast(.scheduled(dueIn: delay))
        }
    }
}
