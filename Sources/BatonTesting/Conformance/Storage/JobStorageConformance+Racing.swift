import Baton

extension JobStorageConformance {
    static let racing: [Rule] = [
        Rule(
            "of many claims one wins",
            "Of claims of one job at once one succeeds, and the others learn who did (PROTOCOL I1)."
        ) { subject in
            let servers = [try await subject.server(), try await subject.server(), try await subject.server()]
            let jobs = try await subject.enqueued(40)
            let outcomes = try await concurrently(6) { number in
                let messages = number.isMultiple(of: 2) ? jobs : jobs.reversed()
                return try await subject.storage.claim(
                    messages.map { $0.message() },
                    owner: servers[number % 3],
                    claim: Int64(number)
                )
            }.flatMap { $0 }
            try Expect.same(outcomes.compactMap { $0.job?.id }, jobs.map(\.id), "the jobs claimed, each once")
            for job in jobs { try Expect.equal(try await subject.snapshot(job.id).run, 1, "how often it was claimed") }
            for refusal in outcomes.compactMap(\.refusal) {
                switch refusal {
                case .mine, .owned(_, isDead: false): break
                default: throw ConformanceMismatch(expected: "to learn whose the job is", found: "\(refusal)")
                }
            }
        },
        Rule(
            "of two ends at once one is stored",
            "Of two ends of one run at once one is stored; the other is told so (PROTOCOL I2)."
        ) { subject in
            let owner = try await subject.server()
            for claim in 1...10 as ClosedRange<Int64> {
                let run = try await subject.running(by: owner, claim: claim)
                let answers = try await concurrently(2) { _ in
                    try await subject.storage.complete([run.ending(.succeeded(result: nil))], owner: owner)
                }
                try Expect.equal(answers, [[.applied], [.applied]], "the answers to both")
                let entries = try await subject.storage.history(of: run.id).count { $0.state == .succeeded }
                try Expect.equal(entries, 1, "how often its success is in the history")
            }
        },
        Rule(
            "of repeats at once one is stored",
            "Of repeats of one batch at once one stores each job, whatever the order within them (PROTOCOL move 1)."
        ) { subject in
            let jobs = try await subject.jobs(40)
            let outcomes = try await concurrently(4) { number in
                try await subject.storage.insert(number.isMultiple(of: 2) ? jobs : jobs.reversed(), isRepeated: true)
            }.flatMap { $0 }
            try Expect.equal(outcomes.count { $0 == .inserted }, jobs.count, "how many were inserted")
            for job in jobs { try await subject.expect(job.id, in: .enqueued, "the state of each") }
        },
        Rule(
            "a delete and an enqueue at once agree",
            "A delete that meets the insert, or its repeat, finds the job or does not, and the job is as it says (PROTOCOL I4)."
        ) { subject in
            for _ in 0..<10 {
                let job = try await subject.jobs(1)[0]
                async let insert = subject.storage.insert([job], isRepeated: true)
                async let delete = subject.storage.delete(job.id, reason: nil)
                try Expect.equal(try await insert, [.inserted], "the insert's answer")
                try await subject.expect(job.id, in: try await delete ? .deleted : .enqueued, "the state after both")
                _ = try await subject.storage.delete(job.id, reason: nil)
                async let repeated = subject.storage.insert([job], isRepeated: true)
                async let again = subject.storage.delete(job.id, reason: nil)
                try Expect.equal(try await repeated, [.duplicate], "the answer to a repeat of a deleted job")
                try Expect.equal(try await again, false, "whether it was deleted again")
                try await subject.expect(job.id, in: .deleted, "the state after the repeat")
            }
        },
        Rule(
            "a delete and a claim at once agree",
            "A claim that meets a delete wins before it or never, and the delete takes the running job (PROTOCOL I4)."
        ) { subject in
            let owner = try await subject.server()
            for number in 1...10 as ClosedRange<Int64> {
                let job = try await subject.enqueued(1)[0]
                async let delete = subject.storage.delete(job.id, reason: nil)
                async let claim = subject.storage.claim([job.message()], owner: owner, claim: number)
                try Expect.equal(try await delete, true, "whether it was deleted")
                if let run = try await claim.first?.job {
                    let end = try await subject.storage.complete([run.ending(.succeeded(result: nil))], owner: owner)
                    try Expect.equal(end, [.fenced(.superseded)], "the end of the run that the delete overtook")
                }
                let late = try await subject.storage.claim([job.message()], owner: owner, claim: 100 + number)
                try Expect.equal(late, [.refused(.superseded)], "a claim after the delete's answer")
                try await subject.expect(job.id, in: .deleted, "the state after all")
            }
        },
        Rule(
            "two schedulers move each job once",
            "Several schedulers at once promote each due job once, in batches (JobStorage.promoteDue)."
        ) { subject in
            let jobs = (0..<40).map { _ in subject.job(.after(.seconds(-1))) }
            try await subject.store(jobs)
            let moved = try await concurrently(4) { _ in
                var moved: [JobID] = []
                for _ in 0..<200 {
                    let promotion = try await subject.storage.promoteDue(marks: try await subject.marks(7))
                    moved += promotion.dispatches.map(\.message.id)
                    if promotion.nextDue == nil { break }
                }
                return moved
            }.flatMap { $0 }
            try Expect.same(moved, jobs.map(\.id), "what is promoted, each once")
        },
        Rule(
            "two reconcilers adopt each row once",
            "Of several reconcilers at once one adopts each row, so that it is published once a round (PROTOCOL section 4)."
        ) { subject in
            let unknown = PublisherSession(subject.environment.makeUUID())
            let jobs = (1...40).map { subject.job(.enqueued(PublishMark(session: unknown, sequence: $0))) }
            try await subject.store(jobs)
            let adopted = try await concurrently(4) { _ in
                try await untilEmpty {
                    try await subject.storage.adoptUnpublished(
                        marks: try await subject.marks(7),
                        unpublishedAge: JobStorageSubject.longAge
                    )
                }
            }.flatMap { $0 }
            let rest = try await subject.adopted()
            try Expect.same(adopted + rest, jobs.map(\.id), "what is adopted, each once")
        },
        Rule(
            "two reapers move each orphan once",
            "Of several reapers at once one moves each orphan (PROTOCOL section 4)."
        ) { subject in
            let dead = try await subject.server()
            let jobs = try await subject.enqueued(40)
            _ = try await subject.storage.claim(jobs.map { $0.message() }, owner: dead, claim: 1)
            try await subject.bury(dead)
            let moved = try await concurrently(4) { _ in
                try await untilEmpty {
                    try await subject.storage.requeueOrphans(marks: try await subject.marks(7)).dispatches
                }
            }.flatMap { $0 }
            let rest = try await subject.storage.requeueOrphans(marks: try await subject.marks()).dispatches
            try Expect.same(moved + rest.map(\.message.id), jobs.map(\.id), "what is moved, each once")
        },
    ]

    /// Asks again until nothing is left, or what is left is in others' hands.
    private static func untilEmpty(_ next: () async throws -> [MarkedDispatch]) async throws -> [JobID] {
        var ids: [JobID] = []
        for _ in 0..<200 {
            let batch = try await next()
            if batch.isEmpty { break }
            ids += batch.map(\.message.id)
        }
        return ids
    }
}
