import Baton

extension JobStorageConformance {
    static let claiming: [Rule] = [
        Rule(
            "a claim gives the whole job",
            "A claim answers for each message in order, with all that a server needs to run the job (PROTOCOL move 2)."
        ) { subject in
            let owner = try await subject.server()
            let jobs = Array(try await subject.enqueued(4).reversed())
            let outcomes = try await subject.storage.claim(jobs.map { $0.message() }, owner: owner, claim: 7)
            try Expect.equal(outcomes.map { $0.job?.id }, jobs.map(\.id), "the jobs claimed, in order")
            for (job, run) in zip(jobs, outcomes.compactMap(\.job)) {
                try Expect.equal(run.name, job.name, "the name")
                try Expect.equal(run.queue, job.queue, "the queue")
                try Expect.equal(run.arguments, job.arguments, "the arguments")
                try Expect.equal(run.timeout, job.timeout, "the timeout")
                try Expect.equal(run.maximumAttempts, job.maximumAttempts, "the limit of attempts")
                try Expect.equal(run.claim, 7, "the claim number")
                try Expect.equal(
                    run.enqueuedAt,
                    run.createdAt,
                    "when a job that was enqueued at once entered its queue"
                )
            }
        },
        Rule(
            "a claim counts run and attempt",
            "Each claim is one more run and one more attempt, and the row is processing (PROTOCOL move 2)."
        ) { subject in
            let owner = try await subject.server()
            let first = try await subject.running(by: owner)
            try Expect.equal([first.generation, first.run, first.attempt], [1, 1, 1], "generation, run and attempt")
            let stored = try await subject.snapshot(first.id)
            try Expect.equal(stored.state, .processing, "the state")
            try Expect.equal([stored.generation, stored.run, stored.attempt], [1, 1, 1], "the same, as stored")
            try await subject.end(first, JobStorageSubject.retry, by: owner)
            let message = try await subject.promotedMessage("the retry to be due")
            let second = try await subject.claim(message, by: owner, 2)
            try Expect.equal([second.generation, second.run, second.attempt], [2, 2, 2], "the same at the retry")
        },
        Rule(
            "a claim compares the generation",
            "Only a message of the row's own generation claims it; an older or newer one changes nothing (PROTOCOL move 2)."
        ) { subject in
            let owner = try await subject.server()
            let first = try await subject.running(by: owner)
            try await subject.end(first, JobStorageSubject.retry, by: owner)
            let message = try await subject.promotedMessage("the retry to be due")
            for generation in [1, 3, 0] {
                let other = message.with(generation: generation)
                let outcome = try await subject.storage.claim([other], owner: owner, claim: Int64(10 + generation))
                try Expect.equal(outcome, [.refused(.superseded)], "a claim at generation \(generation) of a row at 2")
            }
            try await subject.expect(first.id, in: .enqueued, "the state after them")
        },
        Rule(
            "a claim compares the state",
            "Only an enqueued row is claimed: one that is scheduled, failed or final has moved on (PROTOCOL move 2)."
        ) { subject in
            let owner = try await subject.server()
            for state in [JobState.scheduled, .failed, .succeeded, .deleted] {
                let job = try await subject.job(in: state, owner: owner)
                let before = try await subject.snapshot(job.id)
                let outcome = try await subject.storage.claim([job.message()], owner: owner, claim: 2)
                try Expect.equal(outcome, [.refused(.superseded)], "a claim of a job that is \(state)")
                try Expect.equal(try await subject.snapshot(job.id), before, "the job after it")
            }
        },
        Rule(
            "nobody claims what another runs",
            "While its owner lives a job is not claimed by another, who learns whose it is (PROTOCOL I1 and I2)."
        ) { subject in
            let (owner, other) = (try await subject.server(), try await subject.server())
            let run = try await subject.running(by: owner)
            let outcome = try await subject.storage.claim([run.message()], owner: other, claim: 1)
            try Expect.equal(outcome, [.refused(.owned(by: owner, isDead: false))], "a claim of another's run")
            try Expect.equal(try await subject.snapshot(run.id).run, 1, "how often it was claimed")
        },
        Rule(
            "an epoch that is not alive claims nothing",
            "Claims of an epoch that is dead or was never registered are refused as such (PROTOCOL move 2 and section 3)."
        ) { subject in
            let (unknown, gone) = (subject.epoch(), try await subject.server())
            let run = try await subject.running(by: gone)
            try await subject.bury(gone)
            let job = try await subject.enqueued(1)[0]
            for epoch in [unknown, gone] {
                let outcome = try await subject.storage.claim([job.message()], owner: epoch, claim: 2)
                try Expect.equal(outcome, [.refused(.ownEpochIsDead)], "a claim of an epoch without a server row")
            }
            let again = try await subject.storage.claim([run.message()], owner: gone, claim: 3)
            try Expect.equal(again, [.refused(.ownEpochIsDead)], "a claim of the dead epoch's own run")
            try await subject.expect(job.id, in: .enqueued, "the state of the job")
        },
    ]

    static let refusing: [Rule] = [
        Rule(
            "the owner learns that a job is its own",
            "A claim repeated after a lost answer finds the row, with the claim number it is owned by (PROTOCOL move 2)."
        ) { subject in
            let owner = try await subject.server()
            let run = try await subject.running(by: owner, claim: 3)
            let outcome = try await subject.storage.claim([run.message()], owner: owner, claim: 4)
            try Expect.equal(outcome, [.refused(.mine(run))], "a second claim by the owner")
            try Expect.equal(try await subject.snapshot(run.id).run, 1, "how often it was claimed")
        },
        Rule(
            "a message without a row is told apart",
            "A claim of a job that has no row, history included, is refused as missing (PROTOCOL section 3)."
        ) { subject in
            let owner = try await subject.server()
            let (ghost, done) = (try await subject.jobs(1)[0], try await subject.job(in: .succeeded, owner: owner))
            let outcomes = try await subject.storage.claim([ghost.message(), done.message()], owner: owner, claim: 2)
            try Expect.equal(
                outcomes,
                [.refused(.missing), .refused(.superseded)],
                "claims of a ghost and of a finished job"
            )
        },
        Rule(
            "a dead owner is told apart",
            "Whoever is refused because of an owner learns whether that one is dead (PROTOCOL move 2)."
        ) { subject in
            let (me, dead, living) = (
                try await subject.server(), try await subject.server(), try await subject.server()
            )
            let runs = [try await subject.running(by: dead), try await subject.running(by: living)]
            try await subject.bury(dead)
            let outcomes = try await subject.storage.claim(runs.map { $0.message() }, owner: me, claim: 1)
            try Expect.equal(
                outcomes.map(\.refusal),
                [.owned(by: dead, isDead: true), .owned(by: living, isDead: false)],
                "claims of what a dead and a living server own"
            )
        },
        Rule(
            "a job is put off unclaimed",
            "A job that is put off is scheduled with the reason, without a run or an attempt (JobStorage.postpone)."
        ) { subject in
            let (job, other) = (try await subject.enqueued(1)[0], try await subject.enqueued(1)[0])
            let messages = [job.message(), other.message(generation: 9)]
            _ = try await subject.storage.postpone(messages, by: .seconds(60), reason: "unknown job")
            let stored = try await subject.snapshot(job.id)
            try Expect.equal(stored.state, .scheduled, "the state")
            try Expect.equal([stored.run, stored.attempt], [0, 0], "run and attempt")
            try stored.expectDue(after: 60)
            let reason = try await subject.storage.history(of: job.id).last?.reason
            try Expect.equal(reason, "unknown job", "the reason in the history")
            try await subject.expect(other.id, in: .enqueued, "the state of a job at another generation")
            try await subject.advance(.seconds(61))
            try Expect.equal(try await subject.promoted().map(\.message), [job.message(generation: 2)], "what is due")
        },
        Rule(
            "putting off tells what has no row",
            "Of the jobs to be put off those without a row, history included, are answered (JobStorage.postpone)."
        ) { subject in
            let owner = try await subject.server()
            let (job, ghost) = (try await subject.enqueued(1)[0], try await subject.jobs(1)[0])
            let done = try await subject.job(in: .succeeded, owner: owner)
            let messages = [ghost, job, done].map { $0.message() }
            let missing = try await subject.storage.postpone(messages, by: .seconds(60), reason: "r")
            try Expect.equal(missing, [ghost.message()], "what has no row")
        },
    ]
}

extension DispatchMessage {
    fileprivate func with(generation: Int) -> DispatchMessage {
        DispatchMessage(id: id, generation: generation, queue: queue, name: name)
    }
}
