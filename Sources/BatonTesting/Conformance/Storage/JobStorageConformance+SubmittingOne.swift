import Baton

extension JobStorageConformance {
    /// What holds of submissions together holds of each by itself, for which a storage may have another way.
    static let submittingOne: [Rule] = [
        Rule(
            "a single submission is stored as it is claimed",
            "What is claimed as it is stored is the job that was submitted, and the job that a later claim finds (PROTOCOL move 8)."
        ) { subject in
            let owner = try await subject.server()
            var (full, bare) = (subject.submission("m1"), subject.submission("m2"))
            full.job.maximumAttempts = 4
            full.job.priority = 12
            full.job.timeout = .milliseconds(1_500)
            full.job.retry = RetryOptions(delays: .fixed([.milliseconds(1_500)]), whenExhausted: .delete)
            full.job.trace = Self.trace
            bare.job.priority = -3
            bare.job.timeout = nil
            bare.job.retry = nil
            for (number, given) in zip([1, 2] as [Int64], [full, bare]) {
                let outcome = try await subject.submitOne(given, by: owner, number)
                let job = try Expect.value(outcome.claimed, "the job to be claimed")
                try Expect.equal(job, given.job.claimed(like: job, claim: number), "what is claimed")
                let back = try await subject.storage.putBackUnheld(
                    [job.owned],
                    owner: owner,
                    marks: try await subject.marks(1)
                )
                let message = given.job.message(generation: 2, level: JobPriorityLevel(given.job.priority))
                try Expect.equal(back.map(\.message), [message], "what is to be published when it is put back")
                let again = try await subject.claim(message, by: owner, number + 10)
                try Expect.equal(again, given.job.claimed(like: again, claim: number + 10), "what is stored")
                try Expect.equal(again.createdAt, job.createdAt, "when it was stored")
                try Expect.equal([again.generation, again.run], [2, 2], "generation and run of the row")
            }
        },
        Rule(
            "a single submission is stored once",
            "A message that comes again alone never makes a second job, whether or not the first still runs (PROTOCOL I5)."
        ) { subject in
            let owner = try await subject.server()
            let submissions = (0..<3).map { subject.submission("m\($0)") }
            var jobs: [ClaimedJob] = []
            for (number, submission) in zip(1..., submissions) {
                let outcome = try await subject.submitOne(submission, by: owner, Int64(number))
                jobs.append(try Expect.value(outcome.claimed, "the job to be claimed"))
            }
            try await subject.end(jobs[0], .succeeded(result: nil), by: owner)
            let isDeleted = try await subject.storage.delete(jobs[1].id, reason: nil)
            try Expect.that(isDeleted, "a running job to be deleted")
            for (number, submission) in zip(4..., submissions + submissions) {
                let again = try await subject.submitOne(submission, by: owner, Int64(number))
                try Expect.equal(again, .duplicate, "what becomes of a message that comes again")
            }
            for (job, state) in zip(jobs, [JobState.succeeded, .deleted, .processing]) {
                try await subject.expect(job.id, in: state, "the state of the job")
            }
            try Expect.equal(try await subject.snapshot(jobs[2].id).run, 1, "the runs of the one that goes on")
        },
        Rule(
            "many who submit a single one store it once",
            "Of several who submit one message alone at once, under one id, one makes the job (PROTOCOL I5)."
        ) { subject in
            let owner = try await subject.server()
            let submission = subject.submission("m1")
            let outcomes = try await concurrently(6) { number in
                try await subject.submitOne(submission, by: owner, Int64(number))
            }
            try Expect.equal(outcomes.count { $0.claimed != nil }, 1, "how many jobs there are of one message")
            try Expect.equal(outcomes.count { $0 == .duplicate }, 5, "how many duplicates")
        },
        Rule(
            "a single submission gives way to a job",
            "An id that another job has is left to it, in whatever state that is, and the other id is taken (WIRE.md)."
        ) { subject in
            let owner = try await subject.server()
            let first = subject.submission("m")
            var second = subject.submission("m", source: "other")
            second.job.id = first.job.id
            var ids: [JobID?] = []
            for (number, submission) in zip(1..., [first, second]) {
                ids.append(try await subject.submitOne(submission, by: owner, Int64(number)).claimed?.id)
            }
            try Expect.equal(ids, [first.job.id, second.otherID], "the ids of one message of two sources")
            let states: [JobState] = [.enqueued, .processing, .scheduled, .failed, .succeeded, .deleted]
            for (number, state) in zip(1..., states) {
                let stored = try await subject.job(in: state, owner: owner, claim: Int64(10 + number))
                let history = try await subject.storage.history(of: stored.id)
                var submission = subject.submission("m\(number)")
                submission.job.id = stored.id
                let outcome = try await subject.submitOne(submission, by: owner, Int64(20 + number))
                try Expect.equal(outcome.claimed?.id, submission.otherID, "the id beside a job that is \(state)")
                try Expect.equal(try await subject.storage.history(of: stored.id), history, "the other job's history")
            }
        },
        Rule(
            "a single one that is over, or too old, is not stored",
            "A submission alone makes no job, either, when it is over or older than submissions are remembered (PROTOCOL move 8)."
        ) { subject in
            let owner = try await subject.server()
            var (over, old, young) = (subject.submission("m1"), subject.submission("m2"), subject.submission("m3"))
            over.expiresAt = try await subject.date(in: -1)
            old.sentAt = try await subject.date(in: -700)
            young.sentAt = try await subject.date(in: -500)
            young.expiresAt = try await subject.date(in: 500)
            var outcomes: [SubmissionOutcome] = []
            for (number, submission) in zip(1..., [over, old, young]) {
                let window = Duration.seconds(600)
                outcomes.append(try await subject.submitOne(submission, by: owner, Int64(number), window: window))
            }
            let expected: [SubmissionOutcome] = [.expired, .tooOld]
            try Expect.equal(outcomes.prefix(2), expected[...], "what becomes of what is over and of what is old")
            try Expect.that(outcomes[2].claimed != nil, "a younger one to be claimed", found: outcomes)
            for id in [over.job.id, old.job.id] {
                let job = try await subject.storage.job(id)
                try Expect.that(job == nil, "no job of it", found: "\(String(describing: job))")
            }
        },
        Rule(
            "a single submission waits for its date",
            "A submission alone waits for its date, and is claimed when the date has passed (WIRE.md)."
        ) { subject in
            let owner = try await subject.server()
            var (later, past) = (subject.submission("m1"), subject.submission("m2"))
            later.job.start = .at(try await subject.date(in: 600))
            past.job.start = .at(try await subject.date(in: -600))
            let outcome = try await subject.submitOne(later, by: owner, 1)
            guard case .scheduled(later.job.id, _) = outcome else {
                throw ConformanceMismatch(expected: "one with a date to wait", found: "\(outcome)")
            }
            try await subject.expect(later.job.id, in: .scheduled, "the state of what waits")
            let due = try await subject.submitOne(past, by: owner, 2)
            try Expect.equal(due.claimed?.id, past.job.id, "the job whose date has passed, claimed")
        },
    ]
}

extension JobStorageSubject {
    /// Submits one to be claimed, by itself.
    @inline(never)
    func submitOne(
        _ submission: Submission,
        by owner: ServerEpoch,
        _ number: Int64,
        window: Duration = .seconds(86_400)
    ) async throws -> SubmissionOutcome {
        let claim = SubmissionClaim(owner: owner, claim: number, limit: 1)
        let outcomes = try await submit([submission], window: window, claim: claim)
        try Expect.equal(outcomes.count, 1, "how many outcomes there are of one submission")
        return outcomes[0]
    }
}

extension NewJob {
    /// What a claim of the job must give; what only the storage knows is another's.
    fileprivate func claimed(like other: ClaimedJob, claim: Int64) -> ClaimedJob {
        ClaimedJob(
            id: id,
            name: name,
            queue: queue,
            arguments: arguments,
            generation: other.generation,
            run: other.run,
            attempt: other.attempt,
            maximumAttempts: maximumAttempts,
            timeout: timeout,
            retry: retry,
            trace: trace,
            createdAt: other.createdAt,
            enqueuedAt: other.enqueuedAt,
            claim: claim
        )
    }
}
