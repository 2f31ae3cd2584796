import Baton

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

extension JobStorageConformance {
    static let retaining: [Rule] = [
        Rule(
            "what has ended is removed when its time is over",
            "A job that ended goes with its history when its time is over, one whose time is longer stays, and so does what has not ended (RetentionStorage.retain)."
        ) { subject in
            let owner = try await subject.server()
            let states = JobState.allCases.filter { $0 != .awaiting }
            var jobs: [JobState: JobID] = [:]
            for (claim, state) in zip(Int64(1)..., states) {
                jobs[state] = try await subject.job(in: state, owner: owner, claim: claim).id
            }
            let policy = RetentionPolicy(RetentionTimes(succeeded: .hours(24), deleted: .hours(240)))
            let early = try await subject.retain(policy)
            try Expect.equal(early.removed, [:], "what is removed before its time")
            try await subject.advance(.hours(72))
            let step = try await subject.retain(policy)
            try Expect.equal(step.removed, [.succeeded: 1], "what is removed")
            for state in states {
                let id = try Expect.value(jobs[state], "a job that is \(state)")
                let found = try await subject.storage.job(id)?.state
                try Expect.equal(found, state == .succeeded ? nil : state, "the job that was \(state)")
                let history = try await subject.storage.history(of: id)
                try Expect.equal(
                    history.isEmpty,
                    state == .succeeded,
                    "whether the history is gone of what was \(state)"
                )
            }
        },
        Rule(
            "a name may have times of its own",
            "What is said of a job's name counts for it, and for no other (RetentionPolicy.timesByName)."
        ) { subject in
            let owner = try await subject.server()
            let kept = try await subject.ended(name: "billing.charge", by: owner, claim: 1)
            let gone = try await subject.ended(name: "mail.welcome", by: owner, claim: 2)
            try await subject.advance(.hours(72))
            let names = ["billing.charge": RetentionTimes(succeeded: nil, deleted: nil)]
            let step = try await subject.retain(RetentionPolicy(timesByName: names))
            try Expect.equal(step.removed, [.succeeded: 1], "what is removed")
            try await subject.expect(kept.id, in: .succeeded, "the job whose name is kept for ever")
            try Expect.equal(try await subject.storage.job(gone.id), nil, "the other job")
        },
        Rule(
            "failed jobs have a time of their own",
            "A failed job stays as long as is said of failed ones, by default for ever (RetentionTimes.failed)."
        ) { subject in
            let owner = try await subject.server()
            let failed = try await subject.job(in: .failed, owner: owner, claim: 1)
            _ = try await subject.ended(by: owner, claim: 2)
            try await subject.advance(.hours(24 * 30))
            let first = try await subject.retain(RetentionPolicy())
            try Expect.equal(first.removed, [.succeeded: 1], "what is removed by default")
            try await subject.expect(failed.id, in: .failed, "a failed job that nothing is said of")
            let policy = RetentionPolicy(RetentionTimes(failed: .hours(24 * 7)))
            let second = try await subject.retain(policy)
            try Expect.equal(second.removed, [.failed: 1], "what is removed when failed jobs have a time")
            try Expect.equal(try await subject.storage.job(failed.id), nil, "the failed job")
        },
        Rule(
            "a job stays while its enqueue may be repeated",
            "However short its time is said to be, a job stays for an hour, and its enqueue sent again finds it (RetentionPolicy.shortest, PROTOCOL move 1)."
        ) { subject in
            let owner = try await subject.server()
            let job = try await subject.ended(by: owner, claim: 1)
            let policy = RetentionPolicy(RetentionTimes(succeeded: .zero, deleted: .zero, failed: .zero))
            for _ in 0..<2 {
                let step = try await subject.retain(policy)
                try Expect.equal(step.removed, [:], "what is removed within the hour")
                let again = try await subject.storage.insert([job], isRepeated: true)
                try Expect.equal(again, [.duplicate], "what becomes of the enqueue sent again")
                try await subject.advance(.seconds(1200))
            }
            // A storage that removes whole days waits for the end of this one.
            try await subject.advance(.hours(72))
            let step = try await subject.retain(policy)
            try Expect.equal(step.removed, [.succeeded: 1], "what is removed after some days")
        },
        Rule(
            "a step removes no more than it may",
            "Rows go in batches no larger than the limit, and it is said that there are more (RetentionStorage.retain)."
        ) { subject in
            let owner = try await subject.server()
            for claim in 1...5 as ClosedRange<Int64> { _ = try await subject.ended(by: owner, claim: claim) }
            try await subject.advance(.hours(72))
            var removed = 0
            for _ in 0..<100 {
                let step = try await subject.storage.retain(RetentionPolicy(), limit: 2)
                let count = step.removed[.succeeded] ?? 0
                try Expect.that(step.droppedDays > 0 || count <= 2, "no more than two at a time", found: count)
                removed += count
                guard step.hasMore else { break }
            }
            try Expect.equal(removed, 5, "how many are removed by all steps")
        },
        Rule(
            "several who remove at once remove each job once",
            "Servers work side by side, and each removal is told of once (RetentionStorage.retain)."
        ) { subject in
            let owner = try await subject.server()
            for claim in 1...6 as ClosedRange<Int64> { _ = try await subject.ended(by: owner, claim: claim) }
            try await subject.advance(.hours(72))
            let steps = try await concurrently(4) { _ in try await subject.retain(RetentionPolicy(), limit: 2) }
            // Some may have been told that another is at work, and that one may have ended before.
            let rest = try await subject.retain(RetentionPolicy(), limit: 2)
            let removed = (steps + [rest]).reduce(0) { $0 + ($1.removed[.succeeded] ?? 0) }
            try Expect.equal(removed, 6, "how many are removed by all together")
        },
    ]

    static let counting: [Rule] = [
        Rule(
            "statistics outlive the jobs",
            "Hours and days tell how many jobs ended by name and state, each once, also when the jobs are gone (JobMonitor.statistics)."
        ) { subject in
            let owner = try await subject.server()
            for claim in 1...3 as ClosedRange<Int64> { _ = try await subject.ended(by: owner, claim: claim) }
            _ = try await subject.ended(name: "billing.charge", by: owner, claim: 4)
            _ = try await subject.job(in: .failed, owner: owner, claim: 5)
            try await subject.advance(.hours(72))
            let expected = ["billing.charge succeeded 1", "mail.welcome failed 1", "mail.welcome succeeded 3"]
            for times in [RetentionTimes(succeeded: nil, deleted: nil), RetentionTimes()] {
                for _ in 0..<2 { _ = try await subject.retain(RetentionPolicy(times)) }
                for period in JobStatistic.Period.allCases {
                    try Expect.equal(try await subject.counts(by: period), expected, "jobs by the \(period)")
                }
            }
            let statistics = try await subject.monitor().statistics(by: .hour, since: .distantPast, limit: 100)
            let durations = statistics.filter { $0.name == "billing.charge" }.map(\.duration)
            try Expect.equal(durations, [.microseconds(12_500)], "how long the runs took of one name")
            let recent = try await subject.monitor().statistics(by: .hour, since: .distantFuture, limit: 100)
            try Expect.equal(recent, [], "statistics of the future")
        }
    ]
}

extension Duration {
    fileprivate static func hours(_ count: Int) -> Duration { .seconds(count * 3600) }
}

extension JobStorageSubject {
    /// A job that has succeeded.
    @inline(never)
    func ended(name: String = "mail.welcome", by owner: ServerEpoch, claim: Int64) async throws -> NewJob {
        let job = job(.enqueued(try await marks(1)[0]), name: name)
        try await store([job])
        let run = try await self.claim(job.message(), by: owner, claim)
        try await end(run, .succeeded(result: nil), by: owner)
        return job
    }

    /// Makes steps until there are no more, and adds them up.
    @inline(never)
    func retain(_ policy: RetentionPolicy, limit: Int = 100) async throws -> RetentionStep {
        var sum = RetentionStep()
        for _ in 0..<1000 {
            let step = try await storage.retain(policy, limit: limit)
            sum.removed.merge(step.removed, uniquingKeysWith: +)
            sum.droppedDays += step.droppedDays
            sum.countedHours += step.countedHours
            guard step.hasMore else { return sum }
        }
        throw ConformanceMismatch(expected: "retention to come to an end", found: "a thousand steps, and more")
    }

    /// How many jobs ended, by name and state.
    @inline(never)
    func counts(by period: JobStatistic.Period) async throws -> [String] {
        let statistics = try await monitor().statistics(by: period, since: .distantPast, limit: 1000)
        let sums = Dictionary(statistics.map { ("\($0.name) \($0.state)", $0.jobs) }, uniquingKeysWith: +)
        return sums.map { "\($0.key) \($0.value)" }.sorted()
    }
}
