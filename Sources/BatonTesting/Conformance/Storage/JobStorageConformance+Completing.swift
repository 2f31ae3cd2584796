import Baton

extension JobStorageConformance {
    static let completing: [Rule] = [
        Rule(
            "each end leads to its state",
            "A batch takes every kind of end, and answers each in order (PROTOCOL moves 3 and 4)."
        ) { subject in
            let owner = try await subject.server()
            let outcomes: [Completion.Outcome] = [
                .retry(after: .seconds(15), JobStorageSubject.failure, reason: "r"),
                .succeeded(result: JSONText("7")), .failed(JobStorageSubject.failure), .succeeded(result: nil),
                .putBack(after: .seconds(60), reason: "shutdown"), .snoozed(after: .seconds(60), reason: "closed"),
                .deleted(nil, reason: "left"), .deleted(JobStorageSubject.failure, reason: "used up"),
            ]
            let jobs = try await subject.enqueued(outcomes.count)
            let claims = try await subject.storage.claim(jobs.map { $0.message() }, owner: owner, claim: 1)
            let runs = claims.compactMap(\.job)
            try Expect.equal(runs.count, outcomes.count, "how many were claimed")
            let ends = zip(runs, outcomes).map { $0.ending($1) }
            let answers = try await subject.storage.complete(ends, owner: owner)
            try Expect.equal(answers, ends.map { _ in .applied }, "what became of each")
            var stored: [JobSnapshot] = []
            for job in jobs { stored.append(try await subject.snapshot(job.id)) }
            try Expect.equal(
                stored.map(\.state),
                [.scheduled, .succeeded, .failed, .succeeded, .scheduled, .scheduled, .deleted, .deleted],
                "the states"
            )
            try Expect.equal(stored.map(\.result), [nil, JSONText("7"), nil, nil, nil, nil, nil, nil], "the results")
            try Expect.equal(
                stored.map(\.failure),
                [
                    JobStorageSubject.failure, nil, JobStorageSubject.failure, nil, nil, nil, nil,
                    JobStorageSubject.failure,
                ],
                "the errors"
            )
        },
        Rule(
            "a retry waits with its error",
            "A retry goes to scheduled with error and reason, its attempt spent, and is due after its while (PROTOCOL move 4)."
        ) { subject in
            let owner = try await subject.server()
            let run = try await subject.running(by: owner)
            try await subject.end(run, .retry(after: .seconds(15), JobStorageSubject.failure, reason: "why"), by: owner)
            let stored = try await subject.snapshot(run.id)
            try Expect.equal(stored.state, .scheduled, "the state")
            try Expect.equal(stored.failure, JobStorageSubject.failure, "the error")
            try Expect.equal(
                [stored.generation, stored.run, stored.attempt],
                [1, 1, 1],
                "generation, run and attempt"
            )
            try Expect.equal(try await subject.storage.history(of: run.id).last?.reason, "why", "the reason")
            try stored.expectDue(after: 15)
        },
        Rule(
            "a run put back spends no attempt",
            "A run that is put back returns without its attempt, but its run was one (PROTOCOL move 4)."
        ) { subject in
            let owner = try await subject.server()
            let run = try await subject.running(by: owner)
            try await subject.end(run, .putBack(after: .zero, reason: "shutdown"), by: owner)
            let stored = try await subject.snapshot(run.id)
            try Expect.equal(stored.state, .scheduled, "the state")
            try Expect.equal([stored.run, stored.attempt], [1, 0], "run and attempt")
            let message = try await subject.promotedMessage("the job to be due")
            try Expect.equal(message.generation, 2, "the generation it returns with")
            let again = try await subject.claim(message, by: owner, 2)
            try Expect.equal([again.run, again.attempt], [2, 1], "run and attempt of the next claim")
        },
        Rule(
            "an end repeated knows its own success",
            "The row keeps the fence, so the same end sent again after a lost answer is applied, once (PROTOCOL move 3)."
        ) { subject in
            let owner = try await subject.server()
            let outcomes: [Completion.Outcome] = [
                .succeeded(result: JSONText("7")), .failed(JobStorageSubject.failure),
                .retry(after: .seconds(60), JobStorageSubject.failure, reason: "r"),
                .putBack(after: .seconds(60), reason: "r"), .snoozed(after: .seconds(60), reason: "r"),
                .deleted(nil, reason: "r"), .deleted(JobStorageSubject.failure, reason: "r"),
            ]
            for outcome in outcomes {
                let run = try await subject.running(by: owner)
                try await subject.end(run, outcome, by: owner)
                let (before, entries) = (
                    try await subject.snapshot(run.id), try await subject.storage.history(of: run.id).count
                )
                let again = try await subject.storage.complete([run.ending(outcome)], owner: owner)
                try Expect.equal(again, [.applied], "the repeat of \(outcome)")
                try Expect.equal(try await subject.snapshot(run.id), before, "the job after the repeat")
                let after = try await subject.storage.history(of: run.id).count
                try Expect.equal(after, entries, "how long its history is after the repeat")
            }
        },
        Rule(
            "an end repeated knows its success in the queue again",
            "The fence stays until the next claim, so a late repeat of a retry that is enqueued again is applied (PROTOCOL move 3)."
        ) { subject in
            let owner = try await subject.server()
            let run = try await subject.running(by: owner)
            let retry = JobStorageSubject.retry
            try await subject.end(run, retry, by: owner)
            let message = try await subject.promotedMessage("the retry to be due")
            let before = try await subject.snapshot(run.id)
            let again = try await subject.storage.complete([run.ending(retry)], owner: owner)
            try Expect.equal(again, [.applied], "the repeat of a retry that is enqueued again")
            try Expect.equal(try await subject.snapshot(run.id), before, "the job after the repeat")
            let next = try await subject.claim(message, by: owner, 2)
            let late = try await subject.storage.complete([run.ending(retry)], owner: owner)
            try Expect.equal(late, [.fenced(.superseded)], "the repeat after the next claim")
            try Expect.equal(try await subject.snapshot(run.id).run, next.run, "the run after it")
        },
        Rule(
            "the fence is owner and claim together",
            "An end counts only where owner and claim both match; otherwise nothing changes (PROTOCOL move 3 and I1)."
        ) { subject in
            let (me, other) = (try await subject.server(), try await subject.server())
            let run = try await subject.running(by: me, claim: 5)
            var earlier = run.ending(.failed(JobStorageSubject.failure))
            earlier.claim = 4
            let wrongClaim = try await subject.storage.complete([earlier], owner: me)
            try Expect.equal(wrongClaim, [.fenced(.mine(run))], "the end of an earlier claim")
            let wrongOwner = try await subject.storage.complete([run.ending(.succeeded(result: nil))], owner: other)
            try Expect.equal(wrongOwner, [.fenced(.owned(by: me, isDead: false))], "the end of another's run")
            try await subject.expect(run.id, in: .processing, "the state after both")
            try await subject.end(run, .succeeded(result: nil), by: me)
        },
        Rule(
            "a fenced end is classified",
            "An end that matches nothing says how the row stands, above all when it is still enqueued (PROTOCOL move 3)."
        ) { subject in
            let owner = try await subject.server()
            let moved = try await subject.running(by: owner)
            _ = try await subject.storage.putBackUnheld([moved.owned], owner: owner, marks: try await subject.marks(1))
            let waiting = try await subject.enqueued(1)[0]
            let done = try await subject.job(in: .succeeded, owner: owner, claim: 2)
            func end(_ id: JobID, _ claim: Int64) -> Completion {
                Completion(
                    id: id,
                    claim: claim,
                    generation: 1,
                    duration: .zero,
                    latency: .zero,
                    outcome: .succeeded(result: nil)
                )
            }
            let ends = [
                end(waiting.id, 9), end(moved.id, 1), end(subject.environment.makeJobID(), 1), end(done.id, 9),
            ]
            let answers = try await subject.storage.complete(ends, owner: owner)
            try Expect.equal(
                answers,
                [.fenced(.stillEnqueued), .fenced(.superseded), .fenced(.missing), .fenced(.superseded)],
                "the ends of runs of an enqueued, a moved, an unknown and a finished job"
            )
            try await subject.expect(waiting.id, in: .enqueued, "the state of the enqueued job")
            try await subject.expect(moved.id, in: .enqueued, "the state of the job that moved on")
        },
        Rule(
            "a late end counts until the row is taken",
            "A dead owner's end is stored as long as nobody took the row, and fenced after that (PROTOCOL move 3)."
        ) { subject in
            let owner = try await subject.server()
            let (early, late) = (try await subject.running(by: owner), try await subject.running(by: owner, claim: 2))
            try await subject.bury(owner)
            try await subject.end(early, .succeeded(result: nil), by: owner)
            try await subject.expect(early.id, in: .succeeded, "the state after the late end")
            let orphans = try await subject.storage.requeueOrphans(marks: try await subject.marks())
            try Expect.equal(orphans.dispatches.map(\.message.id), [late.id], "what is requeued")
            let end = try await subject.storage.complete([late.ending(.succeeded(result: nil))], owner: owner)
            try Expect.equal(end, [.fenced(.superseded)], "an end after the row was taken")
            try await subject.expect(late.id, in: .enqueued, "the state of the job that was taken")
        },
    ]
}
