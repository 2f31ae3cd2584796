import Baton

extension JobStorageConformance {
    static let firing: [Rule] = [
        Rule(
            "an entry is due when its time has come",
            "An entry is due by the storage's clock, or when its next occurrence was not worked out (RecurringStorage)."
        ) { subject in
            let storage = subject.storage
            try Expect.equal(
                try await storage.dueRecurring(limit: 10).nextDue,
                nil,
                "when to ask again without entries"
            )
            _ = try await subject.entry(subject.definition("b"), dueIn: 600)
            let early = try await storage.dueRecurring(limit: 10)
            try Expect.equal(early.records, [], "what is due early")
            let wait = try Expect.value(early.nextDue, "when to ask again")
            try Expect.that(wait > .seconds(500) && wait <= .seconds(600), "to ask in 600 s", found: wait)
            _ = try await subject.entry(subject.definition("a"), dueIn: 1200)
            _ = try await storage.pauseRecurring("a")
            let revision = try await subject.record("a").revision
            _ = try await storage.resumeRecurring("a", revision: revision, nextAt: nil)
            try await subject.advance(.seconds(601))
            let due = try await storage.dueRecurring(limit: 10)
            try Expect.equal(due.records.map(\.definition.id), ["a", "b"], "what is due")
            try Expect.that((due.nextDue ?? .seconds(1)) <= .zero, "to ask at once", found: "\(due)")
            try Expect.equal(try await storage.dueRecurring(limit: 1).records.count, 1, "how many are told at most")
        },
        Rule(
            "an occurrence makes its job and moves the entry on",
            "The job, the occurrence and the entry's next time are one transaction (RecurringStorage.advanceRecurring)."
        ) { subject in
            let record = try await subject.entry(subject.definition())
            let at = try Expect.value(record.nextAt, "a next occurrence")
            let plan = try await subject.plan(record, [at])
            let marks = try await subject.marks()
            let firing = try await subject.storage.advanceRecurring([plan], marks: marks)
            let id = plan.occurrences[0].jobID
            let message = DispatchMessage(id: id, generation: 1, queue: "mail", name: "mail.digest", level: .high)
            let first = MarkedDispatch(message: message, sequence: marks.sequences.lowerBound)
            try Expect.equal(firing, RecurringFiring(dispatches: [first], nextStart: nil, advanced: 1), "the answer")
            let job = try await subject.snapshot(id)
            try Expect.equal(job.state, .enqueued, "the job's state")
            try Expect.equal(job.maximumAttempts, 4, "its attempts")
            try Expect.equal(job.createdAt, job.stateAt, "when it was made")
            let after = try await subject.record()
            try Expect.equal(after.lastJobID, id, "the last job")
            try Expect.equal(after.lastAt, at, "the last occurrence")
            try Expect.that((after.nextAt ?? at) > at, "the next occurrence to be later")
            let history = try await subject.storage.recurringHistory(of: "digest", limit: 10)
            try Expect.equal(history.map(\.at), [at], "the occurrences")
            try Expect.equal(history.map(\.jobID), [id], "their jobs")
            try Expect.equal(history.map(\.outcome), [.fired], "what became of them")
        },
        Rule(
            "an entry's jobs are retried as it says",
            "What an entry says of retries comes with the claim of each of its jobs (RecurringDefinition.retry)."
        ) { subject in
            let owner = try await subject.server()
            let definition = subject.definition()
            _ = try await subject.entry(definition)
            let dates = try await subject.dates(in: -5, -4)
            let fired = try Expect.value(try await subject.decide([dates[0]]).dispatches.first, "a job").message
            let first = try await subject.claim(fired, by: owner, 1)
            try Expect.equal(first.retry, definition.retry, "what is said of the job of an occurrence")
            _ = try await subject.decide([dates[1]], startAt: try await subject.date(in: 60))
            try await subject.advance(.seconds(61))
            let late = try await subject.claim(try await subject.promotedMessage("its job to be due"), by: owner, 2)
            try Expect.equal(late.retry, definition.retry, "what is said of a job that was put off")
            let id = subject.environment.makeJobID()
            let made = try await subject.storage.triggerRecurring("digest", job: id, marks: try await subject.marks(1))
            let triggered = try await subject.claim(try Expect.value(made, "a job").message, by: owner, 3)
            try Expect.equal(triggered.retry, definition.retry, "what is said of a job made by hand")
        },
        Rule(
            "the job of an occurrence bears its mark",
            "A job that an occurrence made belongs to the session it was marked by (PROTOCOL section 4)."
        ) { subject in
            let record = try await subject.entry(subject.definition())
            _ = try await subject.decide([try Expect.value(record.nextAt, "a next occurrence")])
            try Expect.equal(try await subject.adopted(), [], "what is adopted while the session lives")
        },
        Rule(
            "an entry that has changed stays as it is",
            "What was planned from another revision changes nothing (RecurringStorage.advanceRecurring)."
        ) { subject in
            let record = try await subject.entry(subject.definition())
            let plan = try await subject.plan(record, [try Expect.value(record.nextAt, "a next occurrence")])
            _ = try await subject.storage.setRecurring(
                subject.definition(arguments: #"{"day": 2}"#),
                nextAt: try await subject.date(in: 900)
            )
            let firing = try await subject.storage.advanceRecurring([plan], marks: try await subject.marks())
            try Expect.equal(firing, RecurringFiring(dispatches: [], nextStart: nil, advanced: 0), "the answer")
            try Expect.equal(try await subject.outcomes(), [], "the occurrences")
        },
        Rule(
            "of many servers one makes an occurrence's job",
            "Of several servers that let an entry go on at once one does (RecurringStorage.advanceRecurring)."
        ) { subject in
            for _ in 1...5 {
                _ = try await subject.storage.removeRecurring("digest")
                let record = try await subject.entry(subject.definition())
                let at = try Expect.value(record.nextAt, "a next occurrence")
                let firings = try await concurrently(4) { _ in
                    let plan = try await subject.plan(record, [at])
                    return try await subject.storage.advanceRecurring([plan], marks: try await subject.marks())
                }
                try Expect.equal(firings.map(\.dispatches.count).reduce(0, +), 1, "how many jobs are made")
                try Expect.equal(firings.map(\.advanced).reduce(0, +), 1, "how many let it go on")
            }
        },
        Rule(
            "an occurrence makes one job for ever",
            "An occurrence that was decided before makes no job (RecurringStorage.advanceRecurring)."
        ) { subject in
            let record = try await subject.entry(subject.definition())
            let at = try Expect.value(record.nextAt, "a next occurrence")
            _ = try await subject.decide([at])
            try Expect.equal(try await subject.decide([at]).dispatches, [], "what is made of it again")
        },
        Rule(
            "a job is put off",
            "A job that becomes ready later is scheduled, and when is told (RecurringStorage.advanceRecurring)."
        ) { subject in
            let record = try await subject.entry(subject.definition())
            let at = try Expect.value(record.nextAt, "a next occurrence")
            let firing = try await subject.decide([at], startAt: try await subject.date(in: 60))
            try Expect.equal(firing.dispatches, [], "what is to be published")
            let wait = try Expect.value(firing.nextStart, "when it is due")
            try Expect.that(wait > .seconds(30) && wait <= .seconds(60), "to be due in 60 s", found: wait)
            let job = try Expect.value(try await subject.record().lastJobID, "its job")
            try await subject.expect(job, in: .scheduled, "its state")
            try await subject.advance(.seconds(61))
            try Expect.equal(try await subject.promoted().map(\.message.id), [job], "what is promoted")
        },
        Rule(
            "an occurrence is skipped while the last job goes on",
            "With skip an occurrence makes no job until the job before has ended (OverlapPolicy.skip)."
        ) { subject in
            let owner = try await subject.server()
            _ = try await subject.entry(subject.definition(overlap: "skip"))
            let dates = try await subject.dates(in: -5, -4, -3, -2)
            let first = try await subject.decide(Array(dates[0...1]))
            try Expect.equal(first.dispatches.count, 1, "how many jobs are made of two")
            try Expect.equal(try await subject.decide([dates[2]]).dispatches, [], "what is made while it waits")
            try await subject.run(first, by: owner, claim: 1)
            try Expect.equal(try await subject.decide([dates[3]]).dispatches.count, 1, "what is made when it has ended")
            try Expect.equal(try await subject.outcomes(), [.fired, .skipped, .skipped, .fired], "the occurrences")
        },
        Rule(
            "an older job that goes on counts",
            "A job that was made since, by hand or not, and has ended hides no older one that goes on (OverlapPolicy)."
        ) { subject in
            let owner = try await subject.server()
            _ = try await subject.entry(subject.definition(overlap: "skip"))
            let dates = try await subject.dates(in: -5, -4, -3)
            let older = try await subject.decide([dates[0]])
            let made = try await subject.storage.triggerRecurring(
                "digest",
                job: subject.environment.makeJobID(),
                marks: try await subject.marks(1)
            )
            let triggered = RecurringFiring(dispatches: [try Expect.value(made, "a job")], nextStart: nil, advanced: 0)
            try await subject.run(triggered, by: owner, claim: 1)
            let none = try await subject.decide([dates[1]])
            try Expect.equal(none.dispatches, [], "what is made while the older goes on")
            try await subject.run(older, by: owner, claim: 2)
            try Expect.equal(try await subject.decide([dates[2]]).dispatches.count, 1, "what is made when it has ended")
        },
        Rule(
            "a date is decided once",
            "Of an entry's dates none may be given twice; nothing changes then (RecurringStorage.advanceRecurring)."
        ) { subject in
            let record = try await subject.entry(subject.definition())
            let at = try Expect.value(record.nextAt, "a next occurrence")
            let (plan, marks) = (try await subject.plan(record, [at, at]), try await subject.marks(2))
            var code: JobStorageError.Code?
            do throws(JobStorageError) {
                _ = try await subject.storage.advanceRecurring([plan], marks: marks)
            } catch {
                code = error.code
            }
            try Expect.equal(code, .refused, "the code of the error")
            try Expect.equal(try await subject.record(), record, "the entry then")
            try Expect.equal(try await subject.outcomes(), [], "the occurrences then")
        },
        Rule(
            "one occurrence waits for the last job",
            "With queueOne one occurrence waits until the job before has ended (OverlapPolicy.queueOne)."
        ) { subject in
            let owner = try await subject.server()
            _ = try await subject.entry(subject.definition(overlap: "queue_one"))
            let dates = try await subject.dates(in: -5, -4, -3)
            let first = try await subject.decide(dates)
            try Expect.equal(first.dispatches.count, 1, "how many jobs are made of three")
            try Expect.equal(try await subject.outcomes(), [.skipped, .held, .fired], "the occurrences")
            let waiting = try await subject.storage.dueRecurring(limit: 10)
            try Expect.equal(waiting.records, [], "what is due while it runs")
            let wait = try Expect.value(waiting.nextDue, "when to ask again")
            try Expect.that(wait <= .seconds(1), "to ask again soon", found: wait)
            try await subject.run(first, by: owner, claim: 1)
            let due = try await subject.storage.dueRecurring(limit: 10).records
            let held = try Expect.value(due.first?.heldAt, "the one that waits to be due")
            try Expect.equal(try await subject.decide([held]).dispatches.count, 1, "how many jobs are made of it")
            try Expect.equal(try await subject.outcomes(), [.skipped, .fired, .fired], "the occurrences then")
            try Expect.equal(try await subject.record().heldAt, nil, "what waits then")
        },
        Rule(
            "a job is made by hand",
            "A trigger makes one job and leaves the schedule as it is (RecurringStorage.triggerRecurring)."
        ) { subject in
            let record = try await subject.entry(subject.definition(), dueIn: 600)
            let (storage, id) = (subject.storage, subject.environment.makeJobID())
            let none = try await storage.triggerRecurring("none", job: id, marks: try await subject.marks(1))
            try Expect.equal(none, nil, "what is made of an entry that is not there")
            let marks = try await subject.marks(1)
            let made = try await storage.triggerRecurring("digest", job: id, marks: marks)
            try Expect.equal(made?.message.id, id, "the job that is to be published")
            try Expect.equal(made?.sequence, marks.sequences.lowerBound, "its mark")
            try await subject.expect(id, in: .enqueued, "its state")
            let after = try await subject.record()
            try Expect.equal(after.nextAt, record.nextAt, "the next occurrence")
            try Expect.equal(after.lastJobID, id, "the last job")
            try Expect.equal(try await subject.outcomes(), [.triggered], "the occurrences")
        },
    ]
}
