import Baton

extension JobStorageConformance {
    static let requeueing: [Rule] = [
        Rule(
            "what has ended goes back by hand",
            "A job that ended, or waits for its time, returns to its queue with the next generation, the mark given and all its attempts (PROTOCOL section 1)."
        ) { subject in
            let owner = try await subject.server()
            for state in [JobState.succeeded, .failed, .deleted, .scheduled] {
                let job = try await subject.job(in: state, owner: owner)
                let (before, past) = (
                    try await subject.snapshot(job.id), try await subject.storage.history(of: job.id)
                )
                let (marks, requeue) = try await subject.requeue([job.id])
                try Expect.equal(requeue.outcomes, [.requeued], "what becomes of a job that is \(state)")
                let message = job.message(generation: before.generation + 1)
                let expected = MarkedDispatch(message: message, sequence: marks.sequences.lowerBound)
                try Expect.equal(requeue.dispatches, [expected], "what is to be published")
                let after = try await subject.snapshot(job.id)
                try Expect.equal(after.state, .enqueued, "the state after a requeue")
                try Expect.equal(after.attempt, 0, "the attempts spent after a requeue")
                try Expect.equal(after.run, before.run, "the runs counted after a requeue")
                try Expect.equal(after.result, nil, "the result after a requeue")
                let history = try await subject.storage.history(of: job.id)
                try Expect.equal(Array(history.dropLast()), past, "the history before the requeue")
                try Expect.equal(history.last?.reason, "by hand", "the reason in the history")
                try Expect.equal(history.last?.state, .enqueued, "the state in the history")
                let run = try await subject.claim(message, by: owner, 2)
                try Expect.equal(run.attempt, 1, "the attempt of the next run")
            }
        },
        Rule(
            "what runs or waits in its queue is not requeued",
            "A job that is enqueued or processing stays as it is; so does one that is not there."
        ) { subject in
            let owner = try await subject.server()
            let (waiting, run) = (try await subject.enqueued(1)[0], try await subject.running(by: owner))
            let unknown = subject.environment.makeJobID()
            let (_, requeue) = try await subject.requeue([waiting.id, run.id, unknown])
            try Expect.equal(requeue.dispatches, [], "what is to be published")
            try Expect.equal(
                requeue.outcomes,
                [.refused(.enqueued), .refused(.processing), .missing],
                "what becomes of jobs that are enqueued, processing and not there"
            )
            try await subject.end(run, .succeeded(result: nil), by: owner)
        },
        Rule(
            "what is not as expected is not requeued",
            "A job that is in another state, or at another generation, than was expected stays as it is (JobTarget)."
        ) { subject in
            let owner = try await subject.server()
            for (claim, state) in zip(Int64(1)..., [JobState.succeeded, .failed, .deleted, .scheduled]) {
                let job = try await subject.job(in: state, owner: owner, claim: claim)
                let before = try await subject.snapshot(job.id)
                let other: JobState = state == .failed ? .succeeded : .failed
                let unexpected = [
                    JobTarget(id: job.id, state: other),
                    JobTarget(id: job.id, generation: before.generation + 1),
                    JobTarget(id: job.id, state: state, generation: before.generation - 1),
                    JobTarget(id: job.id, state: .enqueued),
                ]
                for target in unexpected {
                    let (_, requeue) = try await subject.requeue([target])
                    try Expect.equal(requeue.dispatches, [], "what is to be published")
                    try Expect.equal(requeue.outcomes, [.refused(state)], "what becomes of a job that is \(state)")
                }
                try Expect.equal(try await subject.snapshot(job.id), before, "the job")
                let target = JobTarget(id: job.id, state: state, generation: before.generation)
                for outcome in [RequeueOutcome.requeued, .refused(.enqueued)] {
                    let (_, requeue) = try await subject.requeue([target])
                    try Expect.equal(requeue.outcomes, [outcome], "what becomes of a job that is as expected")
                }
            }
        },
        Rule(
            "an end from before a requeue is fenced",
            "A run whose job was deleted and requeued cannot end it, and its end sent again does not match either (PROTOCOL I2)."
        ) { subject in
            let owner = try await subject.server()
            let (deleted, ended) = (
                try await subject.running(by: owner), try await subject.running(by: owner, claim: 2)
            )
            let isDeleted = try await subject.storage.delete(deleted.id, reason: nil)
            try Expect.that(isDeleted, "a running job to be deleted")
            try await subject.end(ended, .succeeded(result: nil), by: owner)
            _ = try await subject.requeue([deleted.id, ended.id])
            let ends = [deleted, ended].map { $0.ending(.succeeded(result: nil)) }
            let outcomes = try await subject.storage.complete(ends, owner: owner)
            try Expect.equal(outcomes, [.fenced(.superseded), .fenced(.superseded)], "ends of earlier generations")
            for job in [deleted, ended] { try await subject.expect(job.id, in: .enqueued, "the state of the job") }
        },
        Rule(
            "two requeues at once move a job once",
            "Of several who requeue a job one does, with one generation more (PROTOCOL section 2)."
        ) { subject in
            let owner = try await subject.server()
            let job = try await subject.job(in: .failed, owner: owner)
            let requeues = try await concurrently(4) { _ in try await subject.requeue([job.id]).1 }
            try Expect.equal(requeues.flatMap(\.dispatches).count, 1, "how many moved it")
            try Expect.equal(try await subject.snapshot(job.id).generation, 2, "its generation")
        },
    ]
}

extension JobStorageSubject {
    /// Requeues jobs, with the marks that they were given.
    @inline(never)
    func requeue(_ ids: [JobID]) async throws -> (PublishMarkRange, JobRequeue) {
        try await requeue(ids.map { JobTarget(id: $0) })
    }

    /// Requeues jobs that are as they are expected to be, with the marks that they were given.
    @inline(never)
    func requeue(_ targets: [JobTarget]) async throws -> (PublishMarkRange, JobRequeue) {
        let marks = try await marks(targets.count)
        return (marks, try await storage.requeue(targets, marks: marks, reason: "by hand"))
    }
}
