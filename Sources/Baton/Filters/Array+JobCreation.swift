extension [any JobCreationFilter] {
    /// Asks the filters for jobs that are about to be stored.
    ///
    /// - Parameter jobs: The jobs.
    /// - Returns: The jobs, as they are to be stored.
    /// - Throws: What a filter throws; ``JobError`` for what it has said and cannot be stored.
    func asked(for jobs: [NewJob]) async throws -> [NewJob] {
        if isEmpty { return jobs }
        var asked: [NewJob] = []
        asked.reserveCapacity(jobs.count)
        for job in jobs {
            var creation = JobCreation(job)
            for filter in self { try await filter.willCreate(&creation) }
            try creation.validate()
            asked.append(creation.job)
        }
        return asked
    }

    /// Tells the filters of jobs that are stored, the last filter first.
    ///
    /// - Parameter jobs: The jobs.
    func tell(of jobs: [NewJob]) async {
        if isEmpty { return }
        for job in jobs {
            for filter in reversed() { await filter.didCreate(JobCreation(job)) }
        }
    }
}
