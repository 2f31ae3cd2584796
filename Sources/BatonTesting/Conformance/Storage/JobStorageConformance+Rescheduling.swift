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
                subject.job(.after(.seconds(5))), try await subject.job(in: .scheduled, owner: owner)
            )
            try await subject.store([delayed])
            let ids = [delayed.id, retried.id]
            let before = try await subject.snapshot(retried.id)
            let later = try await subject.storage.reschedule([delayed.id], to: .after(.seconds(900)), reason: "later")
            try Expect.equal(later, [delayed.id], "what waits for a later time")
            let moved = try await subject.storage.reschedule(ids, to: .after(.seconds(10)), reason: "by hand")
            try Expect.equal(Set(moved), Set(ids), "what waits for the new time")
            let after = try await subject.snapshot(retried.id)
            try Expect.equal(after.state, .scheduled, "the state")
            try Expect.equal(after.generation, before.generation, "the generation")
            try Expect.equal(after.attempt, before.attempt, "the attempts spent")
            let history = try await subject.storage.history(of: delayed.id)
            try Expect.equal(history.map(\.state), [.scheduled, .scheduled, .scheduled], "the states in the history")
            try Expect.equal(history.map(\.reason), [nil, "later", "by hand"], "the reasons in the history")
            try await subject.advance(.seconds(6))
            try Expect.equal(try await subject.promoted(), [], "what is due after 6 s")
            try await subject.advance(.seconds(5))
            let due = try await subject.promoted().map(\.message.id)
            try Expect.equal(Set(due), Set(ids), "what is due after 11 s")
        },
        Rule(
            "a job can be made due at once",
            "A date that has passed is now, and the next due time is that of the new (JobStorage.reschedule)."
        ) { subject in
            let jobs = [600, 700].map { subject.job(.after(.seconds($0))) }
            try await subject.store(jobs)
            let past = subject.environment.clock.date.addingTimeInterval(-1000)
            let moved = try await subject.storage.reschedule([jobs[1].id], to: .at(past), reason: nil)
            try Expect.equal(moved, [jobs[1].id], "what waits for the new time")
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
                let moved = try await subject.storage.reschedule(ids, to: .after(.seconds(10)), reason: nil)
                try Expect.equal(moved, [], "what waits for the new time")
                try Expect.equal(try await subject.snapshot(job.id), before, "the job that is \(state)")
                try Expect.equal(
                    try await subject.storage.history(of: job.id).last?.state,
                    state,
                    "the last entry of its history"
                )
            }
        },
        Rule(
            "a job is promoted or given another time",
            "Of a promotion and a new time at once, the later finds what the earlier left: the job is in its queue, or waits (PROTOCOL section 2)."
        ) { subject in
            for _ in 0..<10 {
                let job = subject.job(.after(.zero))
                try await subject.store([job])
                async let promotion = subject.promoted()
                async let reschedule = subject.storage.reschedule([job.id], to: .after(.seconds(600)), reason: nil)
                let (promoted, moved) = try await (promotion.map(\.message.id), reschedule)
                let state = try await subject.snapshot(job.id).state
                try Expect.equal(promoted.isEmpty ? .scheduled : .enqueued, state, "the state")
                try Expect.equal(moved, promoted.isEmpty ? [job.id] : [], "what waits for the new time")
                let isDeleted = try await subject.storage.delete(job.id, reason: nil)
                try Expect.that(isDeleted, "the job to be deleted")
            }
        },
    ]
}
