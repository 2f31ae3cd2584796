internal import Logging

extension RegisteredJob {
    /// Runs the job once, with filters around it.
    ///
    /// - Parameters:
    ///   - job: The job.
    ///   - context: The run this is.
    ///   - filters: The filters of all jobs; the job's own come after them.
    /// - Returns: The result, or `nil` when there is none.
    /// - Throws: What the job or a filter throws.
    func run(
        _ job: ClaimedJob,
        in context: JobContext,
        through filters: [any JobRunFilter]
    ) async throws -> JSONText? {
        let filters = filters.followed(by: self.filters.run)
        if filters.isEmpty { return try await run(arguments: job.arguments, in: context) }
        return try await JobContext.$current.withValue(context) {
            try await withLogger(context.logger) { _ in
                try await pass(job, in: context, through: filters[...])
            }
        }
    }

    private func pass(
        _ job: ClaimedJob,
        in context: JobContext,
        through filters: ArraySlice<any JobRunFilter>
    ) async throws -> JSONText? {
        guard let first = filters.first else { return try await body.run(job.arguments, context) }
        return try await first.run(job, in: context) {
            try await pass(job, in: context, through: filters.dropFirst())
        }
    }
}
