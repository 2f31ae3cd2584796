import Baton

extension JobStorageConformance {
    static let submitting: [Rule] = [
        Rule(
            "a submission is claimed as it is stored",
            "A claimable submission is stored and claimed in one step, with the history of both (PROTOCOL move 8)."
        ) { subject in
            let owner = try await subject.server()
            let submission = subject.submission("m1")
            let outcome = try await subject.submit([submission], claim: .init(owner: owner, claim: 5, limit: 1))[0]
            let job = try Expect.value(outcome.claimed, "the job to be claimed")
            try Expect.equal(job.id, submission.job.id, "the job's id")
            try Expect.equal([job.generation, job.run, job.attempt], [1, 1, 1], "generation, run and attempt")
            try Expect.equal([job.name, job.queue], ["mail.welcome", "mail"], "name and queue")
            try Expect.equal(job.retry, submission.job.retry, "what is said of retries")
            let history = try await subject.storage.history(of: job.id)
            try Expect.equal(history.map(\.state), [.enqueued, .processing], "its history")
            try Expect.equal(history.last?.server, owner, "the server in its history")
            let data = try Expect.value(history.first?.data, "what is kept of the message").text
            try Expect.that(data.contains("submission") && data.contains("shop"), "to keep the origin", found: data)
            try await subject.end(job, .succeeded(result: nil), by: owner)
            try await subject.expect(job.id, in: .succeeded, "the state of the job")
        },
        Rule(
            "what is over the limit is enqueued",
            "Only the first that are claimable are claimed; the others are enqueued under the marks, in order."
        ) { subject in
            let owner = try await subject.server()
            var submissions = (0..<5).map { subject.submission("m\($0)") }
            submissions[0].isClaimable = false
            let marks = try await subject.marks(4)
            let outcomes = try await subject.submit(
                submissions,
                marks: marks,
                claim: .init(owner: owner, claim: 1, limit: 2)
            )
            try Expect.equal(
                outcomes.map { $0.claimed != nil },
                [false, true, true, false, false],
                "which are claimed"
            )
            try Expect.equal(
                outcomes.compactMap(\.dispatch?.sequence),
                Array(marks.sequences.prefix(3)),
                "the marks of those enqueued"
            )
            for dispatch in outcomes.compactMap(\.dispatch) {
                try await subject.expect(dispatch.message.id, in: .enqueued, "the state of what is not claimed")
                _ = try await subject.claim(dispatch.message, by: owner, 2)
            }
        },
        Rule(
            "a submission is stored once",
            "The same source and message id never make a second job, whether or not the first still runs (PROTOCOL I5)."
        ) { subject in
            let owner = try await subject.server()
            let submissions = (0..<3).map { subject.submission("m\($0)") }
            let claim = SubmissionClaim(owner: owner, claim: 1, limit: 10)
            let first = try await subject.submit(submissions + submissions.prefix(1), claim: claim)
            try Expect.equal(first.map { $0 == .duplicate }, [false, false, false, true], "which are duplicates")
            let jobs = first.compactMap(\.claimed)
            try await subject.end(jobs[0], .succeeded(result: nil), by: owner)
            let isDeleted = try await subject.storage.delete(jobs[1].id, reason: nil)
            try Expect.that(isDeleted, "a running job to be deleted")
            for _ in 0..<2 {
                let again = try await subject.submit(submissions, claim: .init(owner: owner, claim: 2, limit: 10))
                try Expect.equal(
                    again,
                    [.duplicate, .duplicate, .duplicate],
                    "what becomes of messages that come again"
                )
            }
            for (job, state) in zip(jobs, [JobState.succeeded, .deleted, .processing]) {
                try await subject.expect(job.id, in: state, "the state of the job")
            }
            try Expect.equal(try await subject.snapshot(jobs[2].id).run, 1, "the runs of the one that goes on")
        },
        Rule(
            "many who submit the same store it once",
            "Of several who submit the same message at once one makes the job (PROTOCOL I5)."
        ) { subject in
            let owner = try await subject.server()
            let outcomes = try await concurrently(6) { number in
                try await subject.submit(
                    [subject.submission("m1"), subject.submission("m2")],
                    claim: .init(owner: owner, claim: Int64(number), limit: 10)
                )
            }
            try Expect.equal(
                outcomes.joined().count { $0.claimed != nil },
                2,
                "how many jobs there are of two messages"
            )
            try Expect.equal(outcomes.joined().count { $0 == .duplicate }, 10, "how many duplicates")
        },
        Rule(
            "the source counts, too",
            "The same message id of another source is another job, under another id if the first is taken (WIRE.md)."
        ) { subject in
            let marks = try await subject.marks(4)
            let stored = try await subject.enqueued(1)[0]
            var (first, second) = (subject.submission("m1"), subject.submission("m1", source: "other"))
            second.job.id = first.job.id
            let outcomes = try await subject.submit([first, second], marks: marks)
            try Expect.equal(
                outcomes.map(\.jobID),
                [first.job.id, second.otherID],
                "the ids of the same message of two sources"
            )
            first = subject.submission("m2")
            first.job.id = stored.id
            let taken = try await subject.submit([first], marks: try await subject.marks(1))
            try Expect.equal(taken.map(\.jobID), [first.otherID], "the id, where another job has the first")
            let (one, another) = (subject.submission("m3"), subject.submission("m4"))
            first = one
            first.job.id = stored.id
            let claim = SubmissionClaim(owner: try await subject.server(), claim: 1, limit: 2)
            let claimed = try await subject.submit([first, another], claim: claim).map(\.claimed?.id)
            try Expect.equal(claimed, [first.otherID, another.job.id], "the ids of what is claimed at once")
            try Expect.equal(try await subject.storage.history(of: stored.id).count, 1, "the other job's history")
        },
        Rule(
            "a dead epoch submits nothing",
            "An epoch that is certified dead, or not listed, stores nothing, and what it wanted can be submitted again."
        ) { subject in
            let submissions = [subject.submission("m1")]
            let dead = subject.epoch()
            let outcomes = try await subject.submit(submissions, claim: .init(owner: dead, claim: 1, limit: 1))
            try Expect.equal(outcomes, [.ownEpochIsDead], "what a dead epoch submits")
            let owner = try await subject.server()
            let again = try await subject.submit(submissions, claim: .init(owner: owner, claim: 1, limit: 1))
            try Expect.that(again[0].claimed != nil, "a living one to submit it", found: again)
        },
        Rule(
            "what is over, or too old, is not stored",
            "A submission whose time is over, or that is older than submissions are remembered, makes no job (PROTOCOL move 8)."
        ) { subject in
            var (over, old, young) = (
                subject.submission("m1"), subject.submission("m2"), subject.submission("m3")
            )
            over.expiresAt = try await subject.date(in: -1)
            old.sentAt = try await subject.date(in: -700)
            young.sentAt = try await subject.date(in: -500)
            young.expiresAt = try await subject.date(in: 500)
            let owner = try await subject.server()
            for claim in [SubmissionClaim(owner: owner, claim: 1, limit: 10), nil] {
                let outcomes = try await subject.submit([over, old, young], window: .seconds(600), claim: claim)
                let expected: [SubmissionOutcome] = [.expired, .tooOld]
                try Expect.equal(outcomes.prefix(2), expected[...], "what becomes of what is over and of what is old")
                let isStored = claim == nil ? outcomes[2].dispatch != nil : outcomes[2].claimed != nil
                try Expect.that(isStored, "a younger one to be stored", found: outcomes)
                young.messageID = "m4"
                young.job.id = subject.environment.makeJobID()
            }
        },
        Rule(
            "a submission waits for its date",
            "A submission with a date waits for it; one whose date has passed is ready at once (WIRE.md)."
        ) { subject in
            let owner = try await subject.server()
            var (later, past) = (subject.submission("m1"), subject.submission("m2"))
            later.job.start = .at(try await subject.date(in: 600))
            past.job.start = .at(try await subject.date(in: -600))
            let claim = SubmissionClaim(owner: owner, claim: 1, limit: 10)
            let outcomes = try await subject.submit([later, past], claim: claim)
            try Expect.that(outcomes[1].claimed != nil, "one whose date has passed to be claimed", found: outcomes)
            guard case .scheduled(let id, _) = outcomes[0] else {
                throw ConformanceMismatch(expected: "one with a date to wait", found: "\(outcomes[0])")
            }
            try await subject.expect(id, in: .scheduled, "the state of what waits")
            try await subject.advance(.seconds(700))
            try Expect.equal(try await subject.promoted().map(\.message.id), [id], "what is due")
        },
        Rule(
            "submissions are remembered for the window",
            "A submission is forgotten when no copy of it can come any more, and not before (PROTOCOL move 8)."
        ) { subject in
            let window = Duration.seconds(600)
            _ = try await subject.submit((0..<3).map { subject.submission("m\($0)") }, window: window)
            let storage = subject.storage
            let early = try await storage.trimSubmissions(rejectsOlderThan: .seconds(60), limit: 10)
            try Expect.equal(early, 0, "how many are forgotten at once")
            try await subject.advance(.seconds(700))
            let removed = try await [
                storage.trimSubmissions(rejectsOlderThan: .seconds(60), limit: 2),
                storage.trimSubmissions(rejectsOlderThan: .seconds(60), limit: 2),
            ]
            try Expect.equal(removed, [2, 1], "how many are forgotten in time")
        },
        Rule(
            "the names of living servers are known",
            "Of some names those are known that a living server has registered (SubmissionStorage.servedNames)."
        ) { subject in
            _ = try await subject.server()
            let served = try await subject.storage.servedNames(of: ["mail.welcome", "mail.other"])
            try Expect.equal(served, ["mail.welcome"], "the names that are known")
        },
        Rule(
            "the backlog is what is enqueued",
            "Of the queues asked for those that hold enqueued jobs are told, with how many, up to a limit (SubmissionStorage.backlog)."
        ) { subject in
            let owner = try await subject.server()
            _ = try await subject.enqueued(3)
            _ = try await subject.running(by: owner)
            let backlog = try await subject.storage.backlog(of: ["mail", "other"], upTo: 10)
            try Expect.equal(backlog, ["mail": 3], "the backlog")
            let some = try await subject.storage.backlog(of: ["mail", "other"], upTo: 2)
            try Expect.equal(some, ["mail": 2], "as much of it as is asked for")
        },
    ]

    static let rejecting: [Rule] = [
        Rule(
            "rejects are kept until they are dropped",
            "What is no job is kept once, shown latest first, and dropped by hand or when it is old (SubmissionStorage)."
        ) { subject in
            let storage = subject.storage
            var rejects = ["a", "b", "c"].map { subject.reject($0) }
            rejects[1].message.headers = ["text": .text("x"), "number": .integer(3), "flag": .bool(true)]
            rejects[2].message.body = [0x00, 0xFF, 0x22]
            for reject in rejects { try await storage.keepRejects([reject]) }
            try await storage.keepRejects(rejects)
            let all = try await storage.rejects(matching: RejectFilter(), limit: 10)
            try Expect.equal(all.map(\.id), rejects.reversed().map(\.id), "the rejects, latest first")
            for (kept, reject) in zip(all, rejects.reversed()) {
                try Expect.equal(kept.message, reject.message, "the message")
                try Expect.equal(kept.reject, reject.reject, "the reason")
            }
            let some = try await storage.rejects(
                matching: RejectFilter(ids: [rejects[0].id], code: "invalid_json", producer: "shop", queue: "mail"),
                limit: 10
            )
            try Expect.equal(some.map(\.id), [rejects[0].id], "those that are asked for")
            let none = try await storage.rejects(matching: RejectFilter(code: "expired"), limit: 10)
            try Expect.equal(none.count, 0, "how many of another code")
            let job = subject.environment.makeJobID()
            try await storage.noteReplay(of: rejects[0].id, as: job)
            let replayed = try await storage.rejects(matching: RejectFilter(ids: [rejects[0].id]), limit: 1)
            try Expect.equal(replayed.first?.jobID, job, "the job of one that was replayed")
            let dropped = try await storage.dropRejects([rejects[1].id, job])
            try Expect.equal(dropped, [rejects[1].id], "what was there to be dropped")
            try await subject.advance(.seconds(120))
            let removed = try await storage.trimSubmissions(rejectsOlderThan: .seconds(60), limit: 10)
            try Expect.equal(removed, 2, "how many old ones are removed")
            try Expect.equal(try await storage.rejects(matching: RejectFilter(), limit: 10).count, 0, "what is left")
        }
    ]
}

extension SubmissionOutcome {
    var claimed: ClaimedJob? {
        if case .claimed(let job) = self { job } else { nil }
    }

    fileprivate var dispatch: MarkedDispatch? {
        if case .enqueued(let dispatch) = self { dispatch } else { nil }
    }
}
