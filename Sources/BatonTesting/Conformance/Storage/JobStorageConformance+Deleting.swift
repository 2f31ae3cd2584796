import Baton

extension JobStorageConformance {
    static let deleting: [Rule] = [
        Rule(
            "whatever is not final is deleted",
            "A job that is not final is deleted whatever it does at the moment, once, with its reason (PROTOCOL move 5)."
        ) { subject in
            let owner = try await subject.server()
            for state in [JobState.enqueued, .scheduled, .processing, .failed] {
                let job = try await subject.job(in: state, owner: owner)
                let isDeleted = try await subject.storage.delete(job.id, reason: "by hand")
                try Expect.that(isDeleted, "a job that is \(state) to be deleted")
                try await subject.expect(job.id, in: .deleted, "the state after a delete")
                let last = try await subject.storage.history(of: job.id).last
                try Expect.equal(last?.state, .deleted, "the last entry of the history")
                try Expect.equal(last?.reason, "by hand", "its reason")
                let isAgain = try await subject.storage.delete(job.id, reason: nil)
                try Expect.equal(isAgain, false, "whether it was deleted again")
            }
        },
        Rule(
            "what is final stays",
            "A terminal state is final: a job that has succeeded is not deleted (PROTOCOL I2)."
        ) { subject in
            let job = try await subject.job(in: .succeeded, owner: try await subject.server())
            let before = try await subject.snapshot(job.id)
            try Expect.equal(try await subject.storage.delete(job.id, reason: "r"), false, "whether it was deleted")
            try Expect.equal(try await subject.snapshot(job.id), before, "the job that had succeeded")
        },
        Rule(
            "what is not as expected is not deleted",
            "A job that is in another state than was expected stays as it is (JobStorage.delete)."
        ) { subject in
            let owner = try await subject.server()
            for (state, other) in [
                (JobState.enqueued, JobState.failed), (.scheduled, .enqueued), (.failed, .scheduled),
            ] {
                let job = try await subject.job(in: state, owner: owner)
                let before = try await subject.snapshot(job.id)
                let isDeleted = try await subject.storage.delete(job.id, reason: nil, expecting: other)
                try Expect.equal(isDeleted, false, "whether it was deleted")
                try Expect.equal(try await subject.snapshot(job.id), before, "the job that is \(state)")
                let isMeant = try await subject.storage.delete(job.id, reason: nil, expecting: state)
                try Expect.equal(isMeant, true, "whether a job that is as expected was deleted")
            }
        },
        Rule(
            "many are deleted at once",
            "Of many jobs those are deleted that are as expected, each with the reason; their runs are fenced (PROTOCOL move 5)."
        ) { subject in
            let owner = try await subject.server()
            var (expected, others): ([JobTarget], [JobTarget]) = ([], [])
            for state in [JobState.enqueued, .scheduled, .failed] {
                let job = try await subject.snapshot(try await subject.job(in: state, owner: owner).id)
                expected.append(JobTarget(id: job.id, state: state, generation: job.generation))
                others.append(JobTarget(id: try await subject.job(in: state, owner: owner).id, state: .processing))
                others.append(JobTarget(id: try await subject.job(in: state, owner: owner).id, generation: 7))
            }
            let run = try await subject.running(by: owner)
            expected.append(JobTarget(id: run.id))
            others.append(JobTarget(id: try await subject.job(in: .succeeded, owner: owner).id))
            let missing = JobTarget(id: subject.environment.makeJobID(), state: .enqueued)
            let deleted = try await subject.storage.delete(others + expected + [missing], reason: "by hand")
            try Expect.equal(deleted, Set(expected.map(\.id)), "which are deleted")
            for id in expected.map(\.id) {
                try await subject.expect(id, in: .deleted, "the state after a delete")
                let reason = try await subject.storage.history(of: id).last?.reason
                try Expect.equal(reason, "by hand", "the reason in the history")
            }
            for id in others.map(\.id) {
                let state = try await subject.snapshot(id).state
                try Expect.that(state != .deleted, "what is not as expected to stay", found: state)
            }
            let ends = try await subject.storage.complete([run.ending(.succeeded(result: nil))], owner: owner)
            try Expect.equal(ends, [.fenced(.superseded)], "the end of a run whose job was deleted")
            let again = try await subject.storage.delete(expected, reason: nil)
            try Expect.equal(again, [], "what is deleted again")
        },
        Rule(
            "no claim succeeds after a delete",
            "After a committed delete no claim succeeds, and the end of its run is fenced (PROTOCOL I4 and move 5)."
        ) { subject in
            let owner = try await subject.server()
            let waiting = try await subject.enqueued(1)[0]
            let run = try await subject.running(by: owner)
            for id in [waiting.id, run.id] { _ = try await subject.storage.delete(id, reason: nil) }
            let claims = try await subject.storage.claim([waiting.message(), run.message()], owner: owner, claim: 2)
            try Expect.equal(claims.map(\.refusal), [.superseded, .superseded], "claims of deleted jobs")
            let ends = try await subject.storage.complete([run.ending(.succeeded(result: nil))], owner: owner)
            try Expect.equal(ends, [.fenced(.superseded)], "the end of a run whose job was deleted")
            try await subject.expect(run.id, in: .deleted, "the state of the deleted job")
        },
        Rule(
            "nothing brings a deleted job back",
            "A deleted job is neither promoted, nor adopted, nor taken for an orphan (PROTOCOL I2 and I4)."
        ) { subject in
            let owner = try await subject.server()
            let jobs = [
                subject.job(.after(.zero)), try await subject.jobs(1)[0],
                subject.job(
                    .enqueued(PublishMark(session: PublisherSession(subject.environment.makeUUID()), sequence: 1))
                ),
            ]
            try await subject.store(jobs)
            _ = try await subject.claim(jobs[1].message(), by: owner, 1)
            for job in jobs {
                try Expect.equal(try await subject.storage.delete(job.id, reason: nil), true, "whether it was deleted")
            }
            try await subject.bury(owner)
            try await subject.advance(.seconds(60))
            try Expect.equal(try await subject.promoted(), [], "what is promoted")
            try Expect.equal(try await subject.adopted(unpublishedAge: .zero), [], "what is adopted")
            let orphans = try await subject.storage.requeueOrphans(marks: try await subject.marks())
            try Expect.equal(orphans, OrphanRepair(dispatches: [], failed: 0), "what is taken for an orphan")
            for job in jobs { try await subject.expect(job.id, in: .deleted, "the state of a deleted job") }
        },
    ]
}
