import Locking

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The jobs that a transaction of the caller's stores: their marks come with its commit, their messages after it.
///
/// Such a transaction stays open for as long as the caller likes. A mark taken for the insert would be pending all that
/// time, and what is pending holds the session's watermark up: everything published meanwhile would pass for unconfirmed.
/// So rows are stored without a mark. The statement that gives it to them is sent with the commit, and a number is pending
/// from before that until its confirm or a certain rollback, as at every enqueue (PROTOCOL move 1). What a savepoint has
/// taken back bears no mark then, and has no message.
package final class TransactionalJobs: Sendable {
    private struct State {
        var enqueued: [NewJob] = []
        /// When the earliest of the scheduled ones becomes due.
        var earliest: JobInstant?
        var marks = PublishMarkRange(unmarked: 0)
        /// Of which filters are to hear.
        var told: [UnstoredJobs] = []
        /// The jobs that are ready at once and were there at the commit.
        var created: Set<JobID> = []
    }

    private let client: JobClient
    private let state = Locked(State())

    /// Starts with no jobs.
    ///
    /// - Parameter client: Whose jobs they are.
    package init(of client: JobClient) {
        self.client = client
    }

    /// Makes sure that marks can be had at the commit: nobody waits for that then.
    ///
    /// - Throws: ``JobStorageError`` when the publisher's session cannot be registered.
    package func begin() async throws(JobStorageError) {
        _ = try await client.publisher.reserve(0, patience: client.configuration.enqueueTimeout)
    }

    /// Notes jobs whose rows the transaction is about to store.
    ///
    /// - Parameter jobs: The jobs.
    package func add(_ jobs: [NewJob]) {
        let (now, date) = (client.environment.clock.now, client.environment.clock.date)
        state.withLock { state in
            for job in jobs {
                let delay: Duration
                switch job.start {
                case .enqueued:
                    state.enqueued.append(job)
                    continue
                case .after(let duration): delay = duration
                case .at(let due): delay = .seconds(due.timeIntervalSince(date))
                }
                let due = now.advanced(by: max(delay, .zero))
                state.earliest = min(state.earliest ?? due, due)
            }
        }
    }

    /// Notes that rows are stored.
    ///
    /// - Parameter jobs: The jobs.
    package func stored(_ jobs: UnstoredJobs) {
        if jobs.filters.isEmpty { return }
        state.withLock { $0.told.append(jobs) }
    }

    /// The jobs that are ready at once, and a mark for each; none while the broker is away, and without one.
    ///
    /// - Returns: The jobs in the order in which they were added, and as many marks.
    package func lastWord() async -> (jobs: [NewJob], marks: PublishMarkRange) {
        let jobs = state.withLock { $0.enqueued }
        if jobs.isEmpty { return ([], PublishMarkRange(unmarked: 0)) }
        // Rows without a mark are found as those of a process that has died: no reason to let the commit fail.
        let marks = (try? await client.publisher.reserve(jobs.count)) ?? PublishMarkRange(unmarked: jobs.count)
        state.withLock { $0.marks = marks }
        return (jobs, marks)
    }

    /// The transaction is committed: publishes.
    ///
    /// - Parameter dispatches: The messages of the rows that were there.
    package func committed(_ dispatches: [MarkedDispatch]) {
        let marks = state.withLock { state in
            if !state.told.isEmpty { state.created = Set(dispatches.map(\.message.id)) }
            return state.marks
        }
        client.publisher.publish(dispatches, of: marks)
    }

    /// Tells schedulers and filters of what was committed.
    package func tell() async {
        let (earliest, told, created) = state.withLock { ($0.earliest, $0.told, $0.created) }
        if let earliest {
            await client.announce(dueIn: max(client.environment.clock.now.duration(to: earliest), .zero))
        }
        for stored in told {
            // A savepoint may have taken some back; of those that wait for their time nobody has looked.
            await stored.filters.tell(of: stored.jobs.filter { $0.start != .enqueued(nil) || created.contains($0.id) })
        }
    }

    /// The transaction is rolled back for certain.
    package func rolledBack() {
        client.publisher.publish([], of: state.withLock { $0.marks })
    }

    /// Nobody knows whether the transaction is committed, or will be: the reconciler finds what is.
    package func endedUnknown() {
        client.publisher.abandon(state.withLock { $0.marks })
    }
}
