import Baton

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

extension JobStorageConformance {
    static let rescheduling: [Rule] = [
        Rule(
            "what waits for its time is given another",
            "A scheduled job is due at its new time and no other, with its attempts as they were and a reason in its history (JobStorage.reschedule)."
        ) { subject in
            let owner = try await subject.server()
            let (delayed, retried) = (
                subject.job(.after(.seconds(50))), try await subject.job(in: .scheduled, owner: owner)
            )
            try await subject.store([delayed])
            let before = try await subject.snapshot(retried.id)
            let later = try await subject.reschedule([delayed.id], to: .after(.seconds(900)), reason: "later")
            try Expect.equal(later, [.rescheduled], "what becomes of a job that is to wait for longer")
            let ids = [delayed.id, retried.id]
            let sooner = try await subject.reschedule(ids, to: .after(.seconds(100)), reason: "by hand")
            try Expect.equal(sooner, [.rescheduled, .rescheduled], "what becomes of jobs that wait")
            let after = try await subject.snapshot(retried.id)
            try Expect.equal(after.state, .scheduled, "the state")
            try Expect.equal(after.generation, before.generation, "the generation")
            try Expect.equal(after.attempt, before.attempt, "the attempts spent")
            let history = try await subject.storage.history(of: delayed.id)
            try Expect.equal(history.map(\.state), [.scheduled, .scheduled, .scheduled], "the states in the history")
            try Expect.equal(history.map(\.reason), [nil, "later", "by hand"], "the reasons in the history")
            let promotion = try await subject.storage.promoteDue(marks: try await subject.marks())
            let wait = try Expect.value(promotion.nextDue, "a next due time")
            try Expect.that(wait > .seconds(50) && wait <= .seconds(100), "to ask in 100 s at most", found: wait)
            try await subject.advance(.seconds(60))
            try Expect.equal(try await subject.promoted(), [], "what is due after 60 s")
            try await subject.advance(.seconds(50))
            let due = try await subject.promoted().map(\.message.id)
            try Expect.equal(Set(due), Set(ids), "what is due after 110 s")
        },
        Rule(
            "a job can be made due at once",
            "A date that has passed is now (JobStorage.reschedule)."
        ) { subject in
            let jobs = [600, 700].map { subject.job(.after(.seconds($0))) }
            try await subject.store(jobs)
            let past = subject.environment.clock.date.addingTimeInterval(-1000)
            let outcomes = try await subject.reschedule([jobs[1].id], to: .at(past))
            try Expect.equal(outcomes, [.rescheduled], "what becomes of it")
            try Expect.equal(try await subject.promoted().map(\.message.id), [jobs[1].id], "what is due now")
        },
        Rule(
            "what waits for no time is given none",
            "A job in any other state stays as it is, and so does one that is not there (JobStorage.reschedule)."
        ) { subject in
            let owner = try await subject.server()
            for state in [JobState.enqueued, .processing, .succeeded, .failed, .deleted] {
                let job = try await subject.job(in: state, owner: owner)
                let before = try await subject.snapshot(job.id)
                let ids = [job.id, subject.environment.makeJobID()]
                let outcomes = try await subject.reschedule(ids, to: .after(.seconds(10)))
                try Expect.equal(try await subject.snapshot(job.id), before, "the job that is \(state)")
                try Expect.equal(outcomes, [.refused(state), .missing], "what becomes of it, and of one not there")
                let last = try await subject.storage.history(of: job.id).last
                try Expect.equal(last?.state, state, "the last entry of its history")
            }
        },
        Rule(
            "what is not as expected keeps its time",
            "A job at another generation than was expected has been promoted since, and waits for something else (JobTarget)."
        ) { subject in
            let owner = try await subject.server()
            let job = try await subject.job(in: .scheduled, owner: owner)
            let before = try await subject.snapshot(job.id)
            for target in [
                JobTarget(id: job.id, generation: before.generation - 1), JobTarget(id: job.id, state: .failed),
            ] {
                let outcomes = try await subject.storage.reschedule([target], to: .after(.zero), reason: nil)
                try Expect.equal(outcomes, [.refused(.scheduled)], "what becomes of it")
                try Expect.equal(try await subject.snapshot(job.id), before, "the job")
            }
            let target = JobTarget(id: job.id, state: .scheduled, generation: before.generation)
            let outcomes = try await subject.storage.reschedule([target], to: .after(.zero), reason: nil)
            try Expect.equal(outcomes, [.rescheduled], "what becomes of a job that is as expected")
        },
        Rule(
            "a job is promoted or given another time",
            "Of a promotion and a new time at once, the later finds what the earlier left: the job is in its queue, or waits (JobStorage.reschedule)."
        ) { subject in
            for _ in 0..<10 {
                let job = subject.job(.after(.zero))
                try await subject.store([job])
                async let promotion = subject.promoted()
                async let reschedule = subject.reschedule([job.id], to: .after(.seconds(600)))
                let (promoted, outcomes) = try await (promotion.map(\.message.id), reschedule)
                let state = try await subject.snapshot(job.id).state
                try Expect.equal(state, promoted.isEmpty ? .scheduled : .enqueued, "the state")
                let expected = promoted.isEmpty ? RescheduleOutcome.rescheduled : .refused(.enqueued)
                try Expect.equal(outcomes, [expected], "what becomes of it")
                let isDeleted = try await subject.storage.delete(job.id, reason: nil)
                try Expect.that(isDeleted, "the job to be deleted")
            }
        },
    ]
}

extension JobStorageSubject {
    /// Gives jobs another time.
    @inline(never)
    func reschedule(_ ids: [JobID], to time: DueTime, reason: String? = nil) async throws -> [RescheduleOutcome] {
        try await storage.reschedule(ids.map { JobTarget(id: $0) }, to: time, reason: reason)
    }
}
