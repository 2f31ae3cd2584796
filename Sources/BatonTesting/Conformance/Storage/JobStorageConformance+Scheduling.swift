import Baton

extension JobStorageConformance {
    static let scheduling: [Rule] = [
        Rule(
            "what is due is moved in the order of its time",
            "Due jobs are promoted oldest first, no more than there are marks, each with the next mark (JobStorage.promoteDue)."
        ) { subject in
            let jobs = (1...5).map { subject.job(.after(.seconds(-10 * $0))) }
            try await subject.store([jobs[2], jobs[0], jobs[4], jobs[1], jobs[3]])
            let oldestFirst = Array(jobs.reversed())
            let marks = try await subject.marks(3)
            let first = try await subject.storage.promoteDue(marks: marks)
            try Expect.equal(first.dispatches.map(\.message.id), oldestFirst.prefix(3).map(\.id), "the first three")
            try Expect.equal(first.dispatches.map(\.sequence), Array(marks.sequences), "their marks")
            try Expect.equal(
                try await subject.promoted().map(\.message.id),
                oldestFirst.suffix(2).map(\.id),
                "the rest"
            )
            try Expect.equal(try await subject.promoted(), [], "what is left")
        },
        Rule(
            "nothing is moved early",
            "A job is promoted when it is due by the storage's clock, and not before (PROTOCOL move 4)."
        ) { subject in
            let job = subject.job(.after(.seconds(600)))
            try await subject.store([job])
            try await subject.advance(.seconds(500))
            try Expect.equal(try await subject.promoted(), [], "what is due after 500 of 600 s")
            try await subject.expect(job.id, in: .scheduled, "the state after 500 of 600 s")
            try await subject.advance(.seconds(101))
            try Expect.equal(try await subject.promoted().map(\.message.id), [job.id], "what is due after 601 s")
        },
        Rule(
            "the next due time is told",
            "A promotion says when to ask again: at once for what is left, later for what waits (JobStorage.promoteDue)."
        ) { subject in
            let empty = try await subject.storage.promoteDue(marks: try await subject.marks())
            try Expect.equal(empty.nextDue, nil, "the next due time of an empty storage")
            let jobs = [-20, -10, 1000].map { subject.job(.after(.seconds($0))) }
            try await subject.store(jobs)
            let first = try await subject.storage.promoteDue(marks: try await subject.marks(1))
            let left = try Expect.value(first.nextDue, "a next due time")
            try Expect.that(left <= .zero, "to ask at once for what is left", found: left)
            let second = try await subject.storage.promoteDue(marks: try await subject.marks())
            let wait = try Expect.value(second.nextDue, "a next due time")
            try Expect.that(wait > .seconds(800) && wait <= .seconds(1000), "to ask in 1000 s at most", found: wait)
        },
        Rule(
            "a queue takes what its window has room for",
            "Of a queue no more are promoted than its window leaves beside what is unclaimed (JobStorage.promoteDue)."
        ) { subject in
            let owner = try await subject.server()
            let mail = (1...5).reversed().map { subject.job(.after(.seconds(-10 * $0))) }
            let rest = (1...2).reversed().map { subject.job(.after(.seconds(15 - 30 * $0)), queue: "rest") }
            try await subject.store(mail + rest)
            var pace = PromotionPace(outstanding: [], windows: ["mail": 2, "idle": 7], otherWindow: 1)
            let first = try await subject.promotion(pace)
            let expected = [mail[0], rest[0], mail[1]]
            try Expect.equal(
                first.dispatches.map(\.message.id),
                expected.map(\.id),
                "what windows of two and one let through"
            )
            pace.outstanding = expected.map(\.id)
            let second = try await subject.promotion(pace)
            try Expect.equal(second.dispatches, [], "what full windows let through")
            try Expect.same(second.unclaimed, expected.map(\.id), "what nobody has claimed")
            _ = try await subject.claim(mail[0].message(), by: owner, 1)
            let isDeleted = try await subject.storage.delete(rest[0].id, reason: nil)
            try Expect.that(isDeleted, "an enqueued job to be deleted")
            let third = try await subject.promotion(pace)
            try Expect.same(
                third.dispatches.map(\.message.id),
                [mail[2].id, rest[1].id],
                "what takes the place of two"
            )
            try Expect.equal(third.unclaimed, [mail[1].id], "what is left of three")
            pace = .unlimited
            let last = try await subject.promotion(pace)
            try Expect.equal(last.dispatches.map(\.message.id), mail[3...].map(\.id), "the rest, without a pace")
        },
        Rule(
            "what is held back is told",
            "A promotion names the queues that are full, and says when the next is due in others (JobStorage.promoteDue)."
        ) { subject in
            let due = (0..<3).map { _ in subject.job(.after(.seconds(-1))) }
            let later = subject.job(.after(.seconds(1000)), queue: "rest")
            try await subject.store(due + [later])
            var pace = PromotionPace(outstanding: [], windows: ["mail": 2], otherWindow: 2)
            var promotion = try await subject.promotion(pace)
            try Expect.equal(promotion.heldQueues, ["mail"], "the queues that are full")
            let wait = try Expect.value(promotion.nextDue, "a next due time")
            try Expect.that(wait > .seconds(800) && wait <= .seconds(1000), "to ask in 1000 s at most", found: wait)
            pace.windows = ["mail": 5]
            promotion = try await subject.promotion(pace)
            try Expect.equal(promotion.dispatches.count, 1, "how many more a larger window lets through")
            try Expect.equal(promotion.heldQueues, [], "the queues that are full when nothing is due any more")
        },
        Rule(
            "a promotion starts the next generation",
            "Each return to enqueued is one generation more, and clears the due time (PROTOCOL section 1)."
        ) { subject in
            let owner = try await subject.server()
            let job = subject.job(.after(.zero))
            try await subject.store([job])
            var message = job.message(generation: 1)
            try Expect.equal(try await subject.promoted().map(\.message), [message], "the first message")
            let stored = try await subject.snapshot(job.id)
            try Expect.equal(stored.state, .enqueued, "the state")
            try Expect.equal(stored.generation, 1, "the generation")
            try Expect.equal(stored.scheduledAt, nil, "the due time")
            let run = try await subject.claim(message, by: owner, 1)
            try await subject.end(run, JobStorageSubject.retry, by: owner)
            message.generation = 2
            try Expect.equal(try await subject.promoted().map(\.message), [message], "the message of the retry")
        },
        Rule(
            "a promoted row bears its mark",
            "A promoted row belongs to the session it was marked by until that one is over (PROTOCOL section 4)."
        ) { subject in
            let jobs = [subject.job(.after(.seconds(-2))), subject.job(.after(.seconds(-1)))]
            try await subject.store(jobs)
            let marks = try await subject.marks()
            let dispatches = try await subject.storage.promoteDue(marks: marks).dispatches
            try Expect.equal(dispatches.count, 2, "how many are promoted")
            try Expect.equal(try await subject.adopted(), [], "what is adopted while the session lives")
            let last = PublisherWatermark(
                session: try Expect.value(marks.session, "the marks' session"),
                confirmedBelow: dispatches[0].sequence + 1,
                pending: []
            )
            try await subject.storage.closeSession(last)
            let unconfirmed = dispatches[1].message.id
            try Expect.equal(try await subject.adopted(), [unconfirmed], "what is adopted when it ended, one confirmed")
        },
    ]
}

extension JobStorageSubject {
    @inline(never)
    fileprivate func promotion(_ pace: PromotionPace) async throws -> Promotion {
        try await storage.promoteDue(marks: try await marks(), pace: pace)
    }
}
