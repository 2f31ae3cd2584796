import Baton

extension JobStorageConformance {
    static let waiting: [Rule] = [
        Rule(
            "the oldest of the first queue come first",
            "Without a message the jobs of the first queue are claimed, oldest first, then the next one's (JobStorage.claimWaiting)."
        ) { subject in
            let owner = try await subject.server()
            var jobs: [NewJob] = []
            for queue in ["mail", "urgent", "mail", "urgent", "other", "mail"] {
                jobs.append(subject.job(.enqueued(nil), queue: queue))
                try await subject.store(jobs.suffix(1))
                try await subject.advance(.milliseconds(2))
            }
            var claimed: [[JobID]] = []
            for number in 1...3 as ClosedRange<Int64> {
                let batch = try await subject.claimWaiting(["urgent", "mail", "none"], limit: 3, by: owner, number)
                claimed.append(batch.map(\.id))
            }
            let expected = [[jobs[1].id, jobs[3].id, jobs[0].id], [jobs[2].id, jobs[5].id], []]
            try Expect.equal(claimed, expected, "what claims of three get")
            try await subject.expect(jobs[4].id, in: .enqueued, "the state of a job in another queue")
        },
        Rule(
            "a claim without a message is bounded",
            "No more jobs are claimed than a server asks for (JobStorage.claimWaiting)."
        ) { subject in
            let owner = try await subject.server()
            try await subject.store((0..<5).map { _ in subject.job(.enqueued(nil)) })
            var counts: [Int] = []
            for (number, limit) in [0, 2, 4].enumerated() {
                counts.append(try await subject.claimWaiting(limit: limit, by: owner, Int64(number)).count)
            }
            try Expect.equal(counts, [0, 2, 3], "how many of five are claimed by asking for none, two and four")
        },
        Rule(
            "a claim without a message is a claim",
            "It is the same compare-and-set: run, attempt and fence are as after any claim (PROTOCOL section 3, broker down)."
        ) { subject in
            let (owner, other) = (try await subject.server(), try await subject.server())
            let job = try await subject.enqueued(1)[0]
            let claimed = try await subject.claimWaiting(limit: 1, by: owner, 7)
            let run = try Expect.value(claimed.first, "a claim of the only job")
            try Expect.equal([run.generation, run.run, run.attempt], [1, 1, 1], "generation, run and attempt")
            try Expect.equal(run.claim, 7, "the claim number")
            try Expect.equal(run.arguments, job.arguments, "the arguments")
            try await subject.expect(job.id, in: .processing, "the state")
            let stale = try await subject.storage.claim([job.message()], owner: other, claim: 1)
            try Expect.equal(stale, [.refused(.owned(by: owner, isDead: false))], "a message that comes later")
            try await subject.end(run, .succeeded(result: nil), by: owner)
        },
        Rule(
            "names that a server does not know are passed over",
            "Only jobs of names that the server knows are claimed, whatever waits before them (JobStorage.claimWaiting)."
        ) { subject in
            let owner = try await subject.server()
            try await subject.store((0..<10).map { _ in subject.job(.enqueued(nil), name: "stranger") })
            let known = (0..<3).map { _ in subject.job(.enqueued(nil)) }
            try await subject.store(known)
            let claimed = try await subject.claimWaiting(limit: 5, by: owner, 1)
            try Expect.same(claimed.map(\.id), known.map(\.id), "what is claimed")
        },
        Rule(
            "an epoch that is not alive claims nothing that waits",
            "Without a message, too, a dead or unknown epoch claims nothing (JobStorage.claimWaiting)."
        ) { subject in
            let gone = try await subject.server()
            try await subject.bury(gone)
            let job = subject.job(.enqueued(nil))
            try await subject.store([job])
            for epoch in [gone, subject.epoch()] {
                let claimed = try await subject.claimWaiting(limit: 5, by: epoch, 1)
                try Expect.equal(claimed, [], "what an epoch without a server row claims")
            }
            try await subject.expect(job.id, in: .enqueued, "the state of the job")
        },
        Rule(
            "two claimers share no job",
            "Several servers that claim without messages, and one that claims with them, share no job (PROTOCOL I1)."
        ) { subject in
            let owners = [try await subject.server(), try await subject.server(), try await subject.server()]
            let jobs = (0..<60).map { _ in subject.job(.enqueued(nil)) }
            try await subject.store(jobs)
            let claimed = try await concurrently(3) { number in
                guard number > 0 else {
                    let messages = jobs.suffix(30).map { $0.message() }
                    let outcomes = try await subject.storage.claim(messages, owner: owners[0], claim: 1)
                    return outcomes.compactMap { $0.job?.id }
                }
                var claimed: [JobID] = []
                for claim in 1...100 as ClosedRange<Int64> {
                    let batch = try await subject.claimWaiting(limit: 7, by: owners[number], claim)
                    if batch.isEmpty { break }
                    claimed += batch.map(\.id)
                }
                return claimed
            }.flatMap { $0 }
            try Expect.same(claimed, jobs.map(\.id), "the jobs claimed, each once")
        },
        Rule(
            "a new job ends the wait",
            "Whoever waits for work hears of a job that is enqueued, long before its patience ends (JobStorage.waitForWork)."
        ) { subject in
            try await subject.waitsUntil {
                try await subject.store([subject.job(.enqueued(nil))])
            }
        },
        Rule(
            "a job that is due ends the wait",
            "Whoever waits for work hears of a job that is promoted, as of a new one (JobStorage.waitForWork)."
        ) { subject in
            try await subject.waitsUntil {
                try await subject.store([subject.job(.after(.seconds(-1)))])
                _ = try await subject.storage.promoteDue(marks: PublishMarkRange(unmarked: 10))
            }
        },
        Rule(
            "a wait ends with its patience",
            "Whoever waits for work in vain looks again after its patience (JobStorage.waitForWork)."
        ) { subject in
            try await subject.waits(.milliseconds(30)) { try await subject.advance(.milliseconds(20)) }
        },
        Rule(
            "a row without a mark is anybody's",
            "Rows are enqueued, promoted and put back without a publisher, and adopted by the first there is (PROTOCOL section 1)."
        ) { subject in
            let (owner, dead) = (try await subject.server(), try await subject.server())
            let fresh = subject.job(.enqueued(nil))
            let unmarked = PublishMarkRange(unmarked: 5)
            let due = subject.job(.after(.seconds(-1)))
            try await subject.store([due])
            let promoted = try await subject.storage.promoteDue(marks: unmarked).dispatches.map(\.message)
            try Expect.equal(promoted, [due.message()], "what is promoted")
            let (unheld, orphan) = (try await subject.running(by: owner), try await subject.running(by: dead))
            let back = try await subject.storage.putBackUnheld([unheld.owned], owner: owner, marks: unmarked)
            try Expect.equal(back.map(\.message.generation), [2], "the generation of what is put back")
            try await subject.bury(dead)
            let orphans = try await subject.storage.requeueOrphans(marks: unmarked).dispatches
            try Expect.equal(orphans.map(\.message.id), [orphan.id], "what is requeued")
            try await subject.store([fresh])
            try Expect.same(
                try await subject.adopted(),
                [fresh.id, due.id, unheld.id, orphan.id],
                "what the first publisher adopts"
            )
        },
    ]
}

extension JobStorageSubject {
    fileprivate func claimWaiting(
        _ queues: [String] = ["mail"],
        limit: Int,
        by owner: ServerEpoch,
        _ claim: Int64
    ) async throws -> [ClaimedJob] {
        try await storage.claimWaiting(
            queues: queues,
            names: ["mail.welcome"],
            limit: limit,
            owner: owner,
            claim: claim
        )
    }

    /// Requires a wait to end because of something, which is done again and again: a sign may be missed.
    fileprivate func waitsUntil(_ something: @escaping @Sendable () async throws -> Void) async throws {
        // The first wait of a storage may end at once, to have its caller look once more.
        for _ in 0..<3 {
            try await waits(Self.longLease) {
                try await something()
                try await environment.clock.sleep(for: .milliseconds(20))
            }
        }
    }

    /// Requires a wait to end while something is done again and again.
    fileprivate func waits(
        _ length: Duration,
        during something: @escaping @Sendable () async throws -> Void
    ) async throws {
        let deadline = environment.clock.now.advanced(by: patience)
        let clock = environment.clock
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                try await storage.waitForWork(queues: ["mail"], patience: length)
                return true
            }
            group.addTask {
                while clock.now < deadline, !Task.isCancelled {
                    try await something()
                    await Task.yield()
                }
                return false
            }
            defer { group.cancelAll() }
            let hasEnded = try await group.next() ?? false
            try Expect.that(hasEnded, "the wait for work to end", found: "it went on for \(patience)")
        }
    }
}
