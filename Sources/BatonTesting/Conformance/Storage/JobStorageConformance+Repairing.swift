import Baton

extension JobStorageConformance {
    static let repairing: [Rule] = [
        Rule(
            "a survey of a sound storage finds nothing",
            "Nothing disagrees while rows are young, owners live and leases last (PROTOCOL I6)."
        ) { subject in
            let owner = try await subject.server()
            _ = try await subject.enqueued(2)
            _ = try await subject.running(by: owner)
            try await subject.store([subject.job(.after(.seconds(60)))])
            let survey = try await subject.storage.survey(unpublishedAge: JobStorageSubject.longAge)
            let sound = ReconcilerSurvey(expiredServers: [], hasOrphans: false, hasUnpublished: false)
            try Expect.equal(survey, sound, "the survey")
        },
        Rule(
            "a survey finds what disagrees",
            "The survey tells orphans, unpublished rows and leases that are over, each by itself (PROTOCOL section 4)."
        ) { subject in
            let (owner, expiring) = (try await subject.server(), try await subject.server(lease: .seconds(1000)))
            _ = try await subject.running(by: owner)
            try await subject.bury(owner)
            let orphaned = try await subject.storage.survey(unpublishedAge: JobStorageSubject.longAge)
            let orphans = ReconcilerSurvey(expiredServers: [], hasOrphans: true, hasUnpublished: false)
            try Expect.equal(orphaned, orphans, "the survey with an orphan")
            _ = try await subject.storage.requeueOrphans(marks: try await subject.marks())
            let mark = PublishMark(session: PublisherSession(subject.environment.makeUUID()), sequence: 1)
            try await subject.store([subject.job(.enqueued(mark))])
            let unmarked = try await subject.storage.survey(unpublishedAge: JobStorageSubject.longAge)
            let unpublished = ReconcilerSurvey(expiredServers: [], hasOrphans: false, hasUnpublished: true)
            try Expect.equal(unmarked, unpublished, "the survey with an unpublished row")
            _ = try await subject.adopted()
            try await subject.advance(.seconds(2000))
            let late = try await subject.storage.survey(unpublishedAge: JobStorageSubject.longAge)
            let over = ReconcilerSurvey(expiredServers: [expiring], hasOrphans: false, hasUnpublished: false)
            try Expect.equal(late, over, "the survey with a lease that is over")
        },
        Rule(
            "orphans return with the next generation",
            "What a dead server ran is enqueued again: generation + 1, the attempt spent, the reason kept (PROTOCOL section 4)."
        ) { subject in
            let (dead, living) = (try await subject.server(), try await subject.server())
            let (orphan, fine) = (try await subject.running(by: dead), try await subject.running(by: living))
            try await subject.bury(dead)
            let marks = try await subject.marks()
            let repair = try await subject.storage.requeueOrphans(marks: marks)
            let message = DispatchMessage(id: orphan.id, generation: 2, queue: orphan.queue, name: orphan.name)
            let expected = OrphanRepair(
                dispatches: [MarkedDispatch(message: message, sequence: marks.sequences.lowerBound)],
                failed: 0
            )
            try Expect.equal(repair, expected, "what is to be published")
            let stored = try await subject.snapshot(orphan.id)
            try Expect.equal(stored.state, .enqueued, "the state")
            try Expect.equal(
                [stored.generation, stored.run, stored.attempt],
                [2, 1, 1],
                "generation, run and attempt"
            )
            let last = try await subject.storage.history(of: orphan.id).last
            try Expect.that(last?.reason != nil, "a reason in the history", found: "\(String(describing: last))")
            try await subject.expect(fine.id, in: .processing, "the state of what a living server runs")
            try Expect.equal(try await subject.adopted(), [], "what is adopted of rows just marked")
            let again = try await subject.storage.requeueOrphans(marks: try await subject.marks())
            try Expect.equal(again, OrphanRepair(dispatches: [], failed: 0), "what a second reaper finds")
        },
        Rule(
            "an orphan without attempts fails",
            "A job whose server died at its last attempt is failed with an error, and not run again (PROTOCOL section 3)."
        ) { subject in
            let dead = try await subject.server()
            let run = try await subject.running(by: dead, attempts: 1)
            try await subject.bury(dead)
            let repair = try await subject.storage.requeueOrphans(marks: try await subject.marks())
            try Expect.equal(repair, OrphanRepair(dispatches: [], failed: 1), "the repair")
            let stored = try await subject.snapshot(run.id)
            try Expect.equal(stored.state, .failed, "the state")
            try Expect.that(stored.failure != nil, "an error that says why")
            let end = try await subject.storage.complete([run.ending(.succeeded(result: nil))], owner: dead)
            try Expect.that(end != [.applied], "the late end to be fenced", found: end)
            try await subject.expect(run.id, in: .failed, "the state after the late end")
        },
        Rule(
            "an orphan without attempts ends as its retries say",
            "Where the enqueue says delete, or says nothing and the job's policy does, a job is deleted whose server died at its last attempt (JobStorage.requeueOrphans)."
        ) { subject in
            let dead = try await subject.server()
            let retries: [ExhaustedAction?] = [.delete, .fail, nil, nil]
            let names = ["mail.welcome", "mail.digest", "mail.digest", "mail.welcome"]
            var jobs: [NewJob] = []
            for (retry, name) in zip(retries, names) {
                var job = subject.job(.enqueued(try await subject.marks(1)[0]), attempts: 1, name: name)
                job.retry = retry.map { RetryOptions(whenExhausted: $0) }
                jobs.append(job)
            }
            try await subject.store(jobs)
            let claims = try await subject.storage.claim(jobs.map { $0.message() }, owner: dead, claim: 1)
            try Expect.equal(claims.compactMap(\.job).count, 4, "how many are claimed")
            try await subject.bury(dead)
            let marks = try await subject.marks()
            let repair = try await subject.storage.requeueOrphans(marks: marks, deletingExhausted: ["mail.digest"])
            var states: [JobState] = []
            for job in jobs { states.append(try await subject.snapshot(job.id).state) }
            try Expect.equal(states, [.deleted, .failed, .deleted, .failed], "how jobs end that had no attempt left")
            try Expect.equal(repair, OrphanRepair(dispatches: [], failed: 2, deleted: 2), "the repair")
            let ended = try await subject.snapshot(jobs[0].id)
            try Expect.that(ended.failure != nil, "a deleted one to say what ended it")
        },
        Rule(
            "orphans are moved in bounded batches",
            "No more orphans are moved than there are marks; the rest are found in the next pass (PROTOCOL section 4)."
        ) { subject in
            let dead = try await subject.server()
            let jobs = try await subject.enqueued(5)
            _ = try await subject.storage.claim(jobs.map { $0.message() }, owner: dead, claim: 1)
            try await subject.bury(dead)
            var moved: [JobID] = []
            for count in [2, 2, 1] {
                let marks = try await subject.marks(2)
                let repair = try await subject.storage.requeueOrphans(marks: marks)
                let numbers = repair.dispatches.map(\.sequence)
                try Expect.equal(numbers, Array(marks.sequences.prefix(count)), "the marks of a batch of two")
                moved += repair.dispatches.map(\.message.id)
            }
            try Expect.same(moved, jobs.map(\.id), "what is moved")
        },
    ]
}
