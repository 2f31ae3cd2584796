extension JobClient {
    /// How many jobs one transaction moves, and how many one look finds.
    private static let bulkSize = 500

    /// Puts all jobs back into their queues that match a filter, as ``requeue(_:reason:expecting:)`` does with one.
    ///
    /// From the newest to the oldest, in bounded transactions: what is moved stays so when a later one fails, and the call can
    /// be made again. A job that has changed since it was found stays as it is, and so do those that are enqueued or
    /// processing; what begins to match in the meantime may be left out.
    ///
    /// - Parameters:
    ///   - filter: Which jobs: it names states or ids.
    ///   - reason: Why, for their histories.
    /// - Returns: How many were requeued.
    /// - Throws: ``JobStorageError``; where it is no ``JobMonitor``, storage cannot look for jobs.
    @discardableResult
    public func requeue(matching filter: JobFilter, reason: String? = nil) async throws(JobStorageError) -> Int {
        try await inParts(of: filter) { jobs, monitor throws(JobStorageError) in
            let movable = jobs.filter(\.state.canBeRequeued)
            return movable.isEmpty ? 0 : try await requeue(movable, reason: reason, monitor)
        }
    }

    /// Deletes all jobs that match a filter and have not ended, as ``delete(_:reason:)`` does with one.
    ///
    /// From the newest to the oldest, in bounded transactions. What is deleted stays so when the call fails, and it can be
    /// made again. A job that has changed its state since it was found, or was requeued, stays as it is, so a job that has
    /// just begun to run is not cut off; what begins to match in the meantime may be left out.
    ///
    /// - Parameters:
    ///   - filter: Which jobs: it names states or ids.
    ///   - reason: Why, for their histories.
    /// - Returns: How many were deleted.
    /// - Throws: ``JobStorageError``; where it is no ``JobMonitor``, storage cannot look for jobs.
    @discardableResult
    public func delete(matching filter: JobFilter, reason: String? = nil) async throws(JobStorageError) -> Int {
        try await inParts(of: filter) { jobs, monitor throws(JobStorageError) in
            let pending = jobs.filter { !$0.state.isFinal }
            return pending.isEmpty ? 0 : try await delete(pending, reason: reason, monitor)
        }
    }

    /// Does something with all jobs that match a filter, a part at a time.
    ///
    /// A part begins behind the last job of the one before, so that no job comes twice, whatever becomes of it.
    ///
    /// - Parameters:
    ///   - filter: Which jobs.
    ///   - body: What to do with a part, and returns with how many it was done.
    /// - Returns: With how many.
    /// - Throws: ``JobStorageError``.
    func inParts(
        of filter: JobFilter,
        _ body: ([JobSnapshot], any JobMonitor) async throws(JobStorageError) -> Int
    ) async throws(JobStorageError) -> Int {
        guard let monitor = storage as? any JobMonitor else {
            throw JobStorageError(.refused, "This storage cannot look for jobs.")
        }
        // Too much is moved too easily by a filter that is forgotten.
        guard !filter.states.isEmpty || filter.ids != nil else {
            throw JobStorageError(.refused, "Name the states of the jobs that are to be moved, or their ids.")
        }
        var count = 0
        for part in filter.parts {
            var cursor: JobID?
            repeat {
                let page = try await persistently { [cursor] () throws(JobStorageError) in
                    try await monitor.jobs(matching: part, after: cursor, limit: Self.bulkSize)
                }
                count += try await body(page.jobs, monitor)
                cursor = page.next
            } while cursor != nil
        }
        return count
    }

    private func requeue(
        _ jobs: [JobSnapshot],
        reason: String?,
        _ monitor: any JobMonitor
    ) async throws(JobStorageError) -> Int {
        try await movePersistently(jobs, monitor) { targets throws(JobStorageError) in
            try await move(atMost: targets.count) { marks throws(JobStorageError) in
                let requeue = try await storage.requeue(targets, marks: marks, reason: reason)
                return (requeue.dispatches, requeue.dispatches.count)
            }
        } lookingAgain: { now in
            // Of an id that two callers gave at once there may be two jobs.
            let before = Dictionary(jobs.map { ($0.id, $0.generation) }, uniquingKeysWith: max)
            return now.count { $0.generation > before[$0.id, default: .max] }
        }
    }

    private func delete(
        _ jobs: [JobSnapshot],
        reason: String?,
        _ monitor: any JobMonitor
    ) async throws(JobStorageError) -> Int {
        let deleted: Set<JobID> = try await movePersistently(jobs, monitor) { targets throws(JobStorageError) in
            try await storage.delete(targets, reason: reason)
        } lookingAgain: { now in
            Set(now.lazy.filter { $0.state == .deleted }.map(\.id))
        }
        // Of those that did not run nobody needs to be told at once.
        for job in jobs where job.state == .processing && deleted.contains(job.id) {
            await transport.broadcast(.deleted(job.id))
        }
        return deleted.count
    }

    /// Moves jobs that are still as they were found, until it is certain what was moved.
    ///
    /// Once an answer is lost, that of a repetition leaves out what the try before has moved: then the jobs themselves tell.
    ///
    /// - Parameters:
    ///   - jobs: The jobs as they were found; no more than one look finds.
    ///   - monitor: Who looks at them again.
    ///   - attempt: One try; returns what it has moved.
    ///   - look: What all tries together have moved, by the jobs as they are now.
    /// - Returns: What was moved.
    /// - Throws: ``JobStorageError``; of several, one that leaves the outcome unknown.
    private func movePersistently<Moved>(
        _ jobs: [JobSnapshot],
        _ monitor: any JobMonitor,
        _ attempt: ([JobTarget]) async throws(JobStorageError) -> Moved,
        lookingAgain look: ([JobSnapshot]) -> Moved
    ) async throws(JobStorageError) -> Moved {
        // A repetition leaves alone what was requeued, by a try before or by somebody else: it is at another generation.
        let targets = jobs.map { JobTarget(id: $0.id, state: $0.state, generation: $0.generation) }
        var isInDoubt = false
        return try await persistently { () throws(JobStorageError) in
            do throws(JobStorageError) {
                let moved = try await attempt(targets)
                guard isInDoubt else { return moved }
            } catch {
                isInDoubt = isInDoubt || error.code == .outcomeUnknown
                throw error
            }
            let ids = JobFilter(ids: targets.map(\.id))
            return look(try await monitor.jobs(matching: ids, after: nil, limit: targets.count).jobs)
        }
    }
}

extension JobFilter {
    /// The filter, as often as it takes to name no more jobs at once than may be looked for.
    fileprivate var parts: [JobFilter] {
        guard let ids else { return [self] }
        return stride(from: 0, to: ids.count, by: Self.maximumLimit).map { start in
            var part = self
            part.ids = Array(ids[start..<min(start + Self.maximumLimit, ids.count)])
            return part
        }
    }
}
