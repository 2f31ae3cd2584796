internal import Baton
internal import PostgresClient

/// A job that a claim without messages has brought, and where it waited.
typealias WaitingJob = (job: ClaimedJob, place: WaitingPlace)

extension PostgresRow {
    /// Reads what ``WaitingStatements`` returns of a job.
    ///
    /// - Returns: The job, and where it waited.
    /// - Throws: `PostgresError` when the columns are others, or there is no such level.
    func waitingJob() throws(PostgresError) -> WaitingJob {
        let (job, code) = (try claimedJob(), try decode(Int.self, ClaimStatements.claimedColumnCount))
        guard let level = JobPriorityLevel(rawValue: code) else {
            throw PostgresError(.decodingFailed, "There is no level of priority \(code)")
        }
        return (job, WaitingPlace(queue: job.queue, level: level))
    }
}

extension [WaitingJob] {
    /// Sorts jobs as they waited, since rows come back as they lie in the table.
    ///
    /// - Parameter places: The queues and levels in their order.
    mutating func sortAsWaiting(in places: [WaitingPlace]) {
        let ranks = Dictionary(zip(places, 0...)) { first, _ in first }
        sort { one, next in
            let (rank, nextRank) = (ranks[one.place] ?? 0, ranks[next.place] ?? 0)
            if rank != nextRank { return rank < nextRank }
            if one.job.enqueuedAt != next.job.enqueuedAt { return one.job.enqueuedAt < next.job.enqueuedAt }
            return one.job.id.precedes(next.job.id)
        }
    }
}
