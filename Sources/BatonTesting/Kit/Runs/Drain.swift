import Baton

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Runs jobs until there are none, by the moves that a server makes.
struct Drain {
    /// Longer than any test's clock is moved: nothing but this drain ends its epoch.
    private static let lease = Duration.seconds(1_000_000_000)
    /// How many jobs are moved to their queues at once.
    private static let promotions = 100

    private let kit: JobTestKit
    private let queues: Set<String>?
    private let limit: Int
    private let epoch: ServerEpoch
    private var claims: Int64 = 0
    private var summary = DrainSummary()

    init(kit: JobTestKit, queues: Set<String>?, limit: Int) {
        self.kit = kit
        self.queues = queues
        self.limit = limit
        epoch = ServerEpoch(kit.environment.makeUUID())
    }

    /// Runs what is there.
    ///
    /// - Parameter withScheduled: Whether the clock is moved to what is scheduled.
    /// - Returns: What ran.
    /// - Throws: ``JobTestKitError``, `CancellationError`, `JobStorageError`.
    mutating func run(withScheduled: Bool) async throws -> DrainSummary {
        let registration = ServerRegistration(
            epoch: epoch,
            name: InlineRunner.name,
            processID: 0,
            queues: queues.map { $0.sorted() } ?? [],
            concurrency: 1,
            jobNames: kit.registry.names
        )
        try await kit.storage.register(registration, lease: Self.lease)
        let result: Result<Void, any Error>
        do {
            result = .success(try await runAll(withScheduled: withScheduled))
        } catch {
            result = .failure(error)
        }
        try await kit.storage.deregister(epoch)
        try result.get()
        try checkNoneIsUnknown(withScheduled: withScheduled)
        return summary
    }

    private mutating func runAll(withScheduled: Bool) async throws {
        while true {
            try await fireRecurring()
            try await promote()
            if let next = enqueued().first(where: isKnown) {
                try checkLimit(next)
                try await claimAndRun()
            } else {
                guard withScheduled, let due = nextDue() else { return }
                // Never by nothing, however dates are rounded.
                kit.clock.advance(by: max(due, .microseconds(1)))
            }
        }
    }

    /// Lets recurring entries that are due by the kit's clock make their jobs.
    private func fireRecurring() async throws {
        while true {
            let pass = RecurringPass(try await kit.storage.dueRecurring(limit: Self.promotions), kit.environment)
            for broken in pass.broken {
                _ = try await kit.storage.disableRecurring(
                    broken.id,
                    revision: broken.revision,
                    error: broken.error.message
                )
            }
            guard !pass.groups.isEmpty else { return }
            for group in pass.groups {
                let marks = PublishMarkRange(unmarked: group.occurrenceCount)
                _ = try await kit.storage.advanceRecurring(group, marks: marks)
            }
        }
    }

    private func promote() async throws {
        while true {
            let promotion = try await kit.storage.promoteDue(marks: PublishMarkRange(unmarked: Self.promotions))
            if promotion.dispatches.isEmpty { return }
        }
    }

    /// Runs the job that comes first by its level and its wait, unless somebody else drains too and was faster.
    private mutating func claimAndRun() async throws {
        claims += 1
        let claimed = try await kit.storage.claimWaiting(
            queues: queues.map { $0.sorted() } ?? enqueued().map(\.queue),
            names: kit.registry.names,
            limit: 1,
            owner: epoch,
            claim: claims
        )
        guard let claimed = claimed.first else { return }
        let (end, said) = await kit.runner.run(claimed)
        guard let end else { throw CancellationError() }
        if let last = said.progress.last {
            let run = OwnedRun(id: claimed.id, claim: claimed.claim)
            try await kit.storage.saveProgress([RunProgress(run: run, progress: last)], owner: epoch)
        }
        let isApplied = try await kit.storage.complete([end.completion], owner: epoch) == [.applied]
        if isApplied {
            let applied = AppliedState(of: claimed, server: InlineRunner.name, end.completion)
            await kit.registry.tell(of: applied, kit.jobs.filters)
        }
        guard !end.isPutBack else { throw CancellationError() }
        summary.runs.append(JobRun(of: claimed, end, said, isDeleted: !isApplied))
    }

    private func enqueued() -> [JobSnapshot] {
        kit.storage.jobs.filter { $0.state == .enqueued && isDrained($0) }
    }

    /// How long it is until the next scheduled job is due, to the microsecond that storage knows.
    private func nextDue() -> Duration? {
        let next = kit.storage.jobs
            .filter { $0.state == .scheduled && isDrained($0) && isKnown($0) }
            .compactMap(\.scheduledAt)
            .min()
        return next.map { .microseconds(Int64(($0.timeIntervalSince(kit.clock.date) * 1_000_000).rounded())) }
    }

    private func isDrained(_ job: JobSnapshot) -> Bool {
        queues?.contains(job.queue) ?? true
    }

    private func isKnown(_ job: JobSnapshot) -> Bool {
        kit.registry[job.name] != nil
    }

    private func checkLimit(_ next: JobSnapshot) throws(JobTestKitError) {
        guard summary.runs.count >= limit else { return }
        let runs = Dictionary(grouping: summary.runs, by: \.name).mapValues(\.count)
            .sorted { ($1.value, $0.key) < ($0.value, $1.key) }
            .map { "“\($0.key)” \($0.value)×" }
        throw JobTestKitError(
            .limitReached,
            """
            \(limit) jobs have run, and there are more: \(next.line). Ran: \(runs.joined(separator: ", ")). \
            If none of them enqueues itself for ever, give drain a higher limit.
            """,
            summary: summary,
            of: kit
        )
    }

    private func checkNoneIsUnknown(withScheduled: Bool) throws(JobTestKitError) {
        let unknown = kit.storage.jobs.filter { job in
            (job.state == .enqueued || withScheduled && job.state == .scheduled) && isDrained(job) && !isKnown(job)
        }
        guard let first = unknown.first else { return }
        let others = unknown.count > 1 ? " and \(unknown.count - 1) more" : ""
        throw JobTestKitError(
            .unknownJob,
            """
            Left, because this kit does not know the job: \(first.line)\(others). Register it in JobTestKit, \
            or drain only the queues of jobs that are.
            """,
            summary: summary,
            of: kit
        )
    }
}
