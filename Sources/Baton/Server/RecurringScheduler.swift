import Logging

/// Lets recurring entries make their jobs when they are due.
///
/// Sleeps until the earliest occurrence; whoever sets an entry wakes it, in this process directly and from others through
/// the transport. Several servers do so side by side, without a leader: storage lets one of them win each occurrence.
struct RecurringScheduler: Sendable {
    /// How many entries one look takes.
    private static let batchSize = 100
    private static let retryInterval = Duration.seconds(1)
    /// How long to leave entries alone at most that another server is moving.
    private static let contendedLimit = Duration.seconds(1)
    /// How long to sleep at most while no other process can say that it has set an entry: no longer than an occurrence may be
    /// late without being missed (``MisfirePolicy/grace``).
    private static let pollIntervalWithoutWords = Duration.seconds(10)

    let core: ServerCore

    /// Lets entries make jobs until cancelled.
    ///
    /// - Throws: `CancellationError` when the task is cancelled.
    func run() async throws {
        var (foreign, contention) = (ForeignEntries(), Self.contention())
        while true {
            let wait: Duration
            if let rest = await pass(&foreign) {
                contention = Self.contention()
                wait = rest
            } else {
                wait = contention.next(core.environment.random)
            }
            try Task.checkCancellation()
            if wait > .zero {
                try await core.news.recurringChanged.wait(atMost: wait, clock: core.clock)
            }
        }
    }

    private static func contention() -> Backoff { Backoff(limit: contendedLimit) }

    /// Lets those that are due make their jobs.
    ///
    /// - Parameter foreign: The entries that are left to others.
    /// - Returns: How long to sleep; `nil` when others were moving all of them.
    private func pass(_ foreign: inout ForeignEntries) async -> Duration? {
        let poll =
            core.client.canPublish
            ? core.configuration.schedulePollInterval
            : min(core.configuration.schedulePollInterval, Self.pollIntervalWithoutWords)
        do throws(JobStorageError) {
            // Those that are left to others stay due, and come first: they must not take the place of the rest.
            let due = try await core.storage.dueRecurring(limit: Self.batchSize + foreign.count)
            let pass = RecurringPass(due, core.environment)
            foreign.note(pass.foreign, core.logger)
            guard !due.records.isEmpty else { return min(max(due.nextDue ?? poll, .zero), poll) }
            var tally = Tally()
            for group in pass.groups { await advance(group, &tally) }
            for broken in pass.broken { await disable(broken.id, broken.revision, broken.error.message, &tally) }
            for (entry, error) in tally.culprits { await disable(entry.id, entry.revision, error.message, &tally) }
            if tally.isToBeRetried { return Self.retryInterval }
            if tally.moved > 0 { return .zero }
            return pass.groups.isEmpty ? Self.retryInterval : nil
        } catch {
            core.logger.warning("looking for due recurring entries failed", metadata: ["error": "\(error)"])
            return Self.retryInterval
        }
    }

    /// What came of letting entries go on.
    private struct Tally {
        /// How many went on, or were disabled.
        var moved = 0
        /// Whether storage took any of them, though another server may have moved them.
        var hasTaken = false
        /// Whether it failed for some, or is not known.
        var hasFailed = false
        /// Those that storage refuses by themselves.
        var refused: [(entry: RecurringAdvance, error: JobStorageError)] = []

        /// Those that are to be disabled: where storage takes none of several, it is not for what they are.
        var culprits: [(entry: RecurringAdvance, error: JobStorageError)] {
            hasTaken || refused.count == 1 ? refused : []
        }

        /// Whether some must be tried again that nobody else has moved.
        var isToBeRetried: Bool { hasFailed || refused.count > culprits.count }
    }

    /// Lets entries go on in one transaction; when storage refuses that, each by itself, so that one stops no other.
    private func advance(_ entries: [RecurringAdvance], _ tally: inout Tally) async {
        do throws(JobStorageError) {
            tally.moved += try await fire(entries)
            tally.hasTaken = true
        } catch {
            if error.code == .refused, entries.count > 1 {
                for entry in entries { await advance([entry], &tally) }
                return
            }
            if error.code == .refused, let entry = entries.first {
                tally.refused.append((entry, error))
            } else {
                tally.hasFailed = true
            }
            core.logger.warning(
                "letting recurring entries go on failed",
                metadata: ["recurring.ids": "\(entries.map(\.id))", "error": "\(error)"]
            )
        }
    }

    /// Lets entries go on, and publishes the jobs that they made.
    ///
    /// - Returns: How many went on.
    private func fire(_ entries: [RecurringAdvance]) async throws(JobStorageError) -> Int {
        let firing = try await core.client.move(atMost: entries.occurrenceCount) { marks throws(JobStorageError) in
            let firing = try await core.storage.advanceRecurring(entries, marks: marks)
            return (firing.dispatches, firing)
        }
        if let nextStart = firing.nextStart {
            core.client.scheduled.ring(dueAt: core.clock.now.advanced(by: max(nextStart, .zero)))
        }
        return firing.advanced
    }

    /// Disables an entry that cannot be read, or that storage refuses for good.
    ///
    /// One that cannot be disabled at the moment, such as one whose row somebody holds, is tried again and stops no other.
    private func disable(_ id: String, _ revision: Int64, _ error: String, _ tally: inout Tally) async {
        do throws(JobStorageError) {
            guard try await core.storage.disableRecurring(id, revision: revision, error: error) else { return }
            tally.moved += 1
            core.logger.error(
                "a recurring entry cannot be carried out and is disabled until it is set again",
                metadata: ["recurring.id": "\(id)", "error": "\(error)"]
            )
        } catch let failure {
            tally.hasFailed = true
            core.logger.warning(
                "disabling a recurring entry failed, trying again",
                metadata: ["recurring.id": "\(id)", "error": "\(failure)"]
            )
        }
    }
}
