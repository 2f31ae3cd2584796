extension InMemoryStorage {
    /// Puts jobs back into their queues by hand, that have ended or wait for their time.
    ///
    /// - Parameters:
    ///   - targets: The jobs, as they are expected to be.
    ///   - marks: As many marks as there are jobs.
    ///   - reason: Why, for their histories.
    /// - Returns: What is to be published, and what became of each.
    /// - Throws: Never; the signature is the protocol's.
    public func requeue(
        _ targets: [JobTarget],
        marks: PublishMarkRange,
        reason: String?
    ) async throws(JobStorageError) -> JobRequeue {
        transaction { tables, now in tables.requeue(targets, marks, reason: reason, at: now) }
    }

    /// Gives jobs another time by hand that wait for theirs; one in any other state stays as it is.
    ///
    /// - Parameters:
    ///   - targets: The jobs, each once, as they are expected to be.
    ///   - time: When they are due.
    ///   - reason: Why, for their histories.
    /// - Returns: What became of each, in order.
    /// - Throws: Never; the signature is the protocol's.
    public func reschedule(
        _ targets: [JobTarget],
        to time: DueTime,
        reason: String?
    ) async throws(JobStorageError) -> [RescheduleOutcome] {
        transaction { tables, now in
            let dueAt =
                switch time {
                case .at(let date): date.inMicroseconds
                case .after(let delay): now.adding(delay)
                }
            return targets.map { tables.reschedule($0, to: dueAt, reason: reason, at: now) }
        }
    }
}
