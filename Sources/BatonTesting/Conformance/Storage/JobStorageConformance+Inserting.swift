import Baton

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

extension JobStorageConformance {
    static let inserting: [Rule] = [
        Rule(
            "insert keeps every job",
            "A batch is stored whole, each job as it was given (PROTOCOL move 1)."
        ) { subject in
            let due = subject.environment.clock.date.addingTimeInterval(3600)
            let jobs = try await subject.jobs(2) + [subject.job(.at(due)), subject.job(.after(.seconds(60)))]
            try await subject.store(jobs.reversed())
            for job in jobs {
                let stored = try await subject.snapshot(job.id)
                try Expect.equal(stored.name, job.name, "the stored name")
                try Expect.equal(stored.queue, job.queue, "the stored queue")
                try Expect.equal(stored.arguments, job.arguments, "the stored arguments")
                try Expect.equal(stored.maximumAttempts, job.maximumAttempts, "the stored limit of attempts")
                try Expect.equal([stored.run, stored.attempt], [0, 0], "run and attempt of a new job")
                if case .enqueued = job.start {
                    try Expect.equal(stored.state, .enqueued, "the state of a job to be enqueued")
                    try Expect.equal(stored.generation, 1, "its generation")
                    try Expect.equal(stored.scheduledAt, nil, "its due time")
                } else {
                    try Expect.equal(stored.state, .scheduled, "the state of a job for later")
                    try Expect.equal(stored.generation, 0, "its generation before it was ever enqueued")
                }
            }
        },
        Rule(
            "insert is all or none",
            "A batch that is refused leaves nothing behind, and one that is answered is stored (PROTOCOL move 1)."
        ) { subject in
            let known = try await subject.enqueued(1)[0]
            let fresh = try await subject.jobs(2)
            // An id that is said to be new and is not may be refused or called a duplicate, but not by halves.
            do {
                let outcomes = try await subject.storage.insert([fresh[0], known, fresh[1]], isRepeated: false)
                try Expect.equal(outcomes, [.inserted, .duplicate, .inserted], "an answer to the batch")
                for job in fresh { try await subject.expect(job.id, in: .enqueued, "the state of an inserted job") }
            } catch let error as JobStorageError {
                try Expect.equal(error.code, .refused, "the code of the error")
                for job in fresh {
                    let stored = try await subject.storage.job(job.id)
                    try Expect.equal(stored, nil, "a job of a batch that was refused")
                }
            }
        },
        Rule(
            "parts are stored together",
            "Jobs made part by part are stored all or none: none when making a part throws (PROTOCOL move 1)."
        ) { subject in
            let jobs = try await subject.jobs(9).map { [$0] }
            var made = jobs.prefix(6).makeIterator()
            do {
                try await subject.storage.insert {
                    guard let part = made.next() else { throw UnmadePart() }
                    return part
                }
                throw ConformanceMismatch(expected: "the closure's error", found: "none")
            } catch is UnmadePart {}
            for job in jobs.joined() {
                try Expect.equal(try await subject.storage.job(job.id), nil, "a job of parts that were not all made")
            }
            var all = jobs.makeIterator()
            try await subject.storage.insert { all.next() }
            for job in jobs.joined() { try await subject.expect(job.id, in: .enqueued, "the state of a part's job") }
        },
        Rule(
            "a repeat finds the job in any state",
            "An enqueue repeated after a lost answer never doubles or revives a job, whatever state it is in (PROTOCOL move 1)."
        ) { subject in
            let owner = try await subject.server()
            for state in [JobState.enqueued, .scheduled, .processing, .succeeded, .failed, .deleted] {
                let job = try await subject.job(in: state, owner: owner)
                let before = try await subject.snapshot(job.id)
                try Expect.equal(before.state, state, "the state before the repeat")
                let outcomes = try await subject.storage.insert([job], isRepeated: true)
                try Expect.equal(outcomes, [.duplicate], "the repeat of a job that is \(state)")
                try Expect.equal(try await subject.snapshot(job.id), before, "the job after the repeat")
            }
        },
        Rule(
            "a repeat stores what was not",
            "A repeat stores the jobs of the batch that no earlier try has stored (PROTOCOL move 1)."
        ) { subject in
            let jobs = try await subject.jobs(2) + [subject.job(.after(.seconds(60)))]
            try await subject.store([jobs[1]])
            let outcomes = try await subject.storage.insert(jobs, isRepeated: true)
            try Expect.equal(outcomes, [.inserted, .duplicate, .inserted], "what became of each, in order")
            for job in jobs { _ = try await subject.snapshot(job.id) }
        },
        Rule(
            "an id that comes twice is stored once",
            "Of several jobs of one id in a batch the first is stored and the others are duplicates (PROTOCOL move 1)."
        ) { subject in
            let job = try await subject.jobs(1)[0]
            var other = job
            other.arguments = JSONText("{}")
            let outcomes = try await subject.storage.insert([job, other], isRepeated: true)
            try Expect.equal(outcomes, [.inserted, .duplicate], "what became of each, in order")
            try Expect.equal(try await subject.snapshot(job.id).arguments, job.arguments, "the arguments stored")
        },
        Rule(
            "due times are kept",
            "A job for later is due at its date, or so long after it was stored by the storage's clock (JobStorage.insert)."
        ) { subject in
            let due = subject.environment.clock.date.addingTimeInterval(5000)
            let jobs = [subject.job(.at(due)), subject.job(.after(.seconds(60)))]
            try await subject.store(jobs)
            let stored = [try await subject.snapshot(jobs[0].id), try await subject.snapshot(jobs[1].id)]
            let dates = [
                try Expect.value(stored[0].scheduledAt, "a due time"),
                try Expect.value(stored[1].scheduledAt, "a due time"),
            ]
            let off = [dates[0].timeIntervalSince(due), dates[1].timeIntervalSince(stored[1].createdAt) - 60]
            try Expect.that(
                off.allSatisfy { abs($0) < 0.001 },
                "due times to the millisecond",
                found: "off by \(off) s"
            )
        },
        Rule(
            "dates beyond all measure are kept",
            "No date and no delay is refused: what is far in the past is due, what is far ahead waits (JobStorage.insert)."
        ) { subject in
            let due = [subject.job(.at(.distantPast)), subject.job(.after(.seconds(-60)))]
            let waiting = [subject.job(.at(.distantFuture)), subject.job(.after(.seconds(Int64.max)))]
            try await subject.store(due + waiting)
            try Expect.same(try await subject.promoted().map(\.message.id), due.map(\.id), "what is due")
            for job in waiting {
                try await subject.expect(job.id, in: .scheduled, "the state of a job for the far future")
            }
        },
        Rule(
            "nothing is known of an unknown job",
            "A job that was never stored has no row and no history, and asking for it makes none (PROTOCOL I5)."
        ) { subject in
            let unknown = subject.environment.makeJobID()
            let owner = try await subject.server()
            let message = DispatchMessage(id: unknown, generation: 1, queue: "mail", name: "mail.welcome")
            _ = try await subject.storage.claim([message], owner: owner, claim: 1)
            try Expect.equal(try await subject.storage.job(unknown), nil, "an unknown job")
            try Expect.equal(try await subject.storage.history(of: unknown), [], "its history")
            try Expect.equal(try await subject.storage.delete(unknown, reason: nil), false, "whether it was deleted")
        },
    ]
}

/// A part that cannot be made.
private struct UnmadePart: Error {}
