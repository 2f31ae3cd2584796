import Baton

extension JobStorageConformance {
    static let losing: [Rule] = [
        Rule(
            "what waits for long is found",
            "A queue in which a published row waits for long is found; rows that are claimed or nobody's do not count (ProbeStorage.findWaiting)."
        ) { subject in
            let server = try await subject.server()
            _ = try await subject.enqueued(2)
            try await subject.store([subject.job(.enqueued(nil), queue: "unmarked")])
            let claimed = subject.job(.enqueued(try await subject.marks()[0]), queue: "claimed")
            try await subject.store([claimed])
            _ = try await subject.claim(claimed.message(), by: server, 1)
            try await subject.advance(.seconds(61))
            try await subject.store([subject.job(.enqueued(try await subject.marks()[0]), queue: "young")])
            let found = try await subject.storage.findWaiting(longerThan: .seconds(60), interval: .zero)
            try Expect.equal(found.map(\.name), ["mail"], "the queues found")
            let age = found.first?.age ?? .zero
            try Expect.that(age >= .seconds(61) && age < .seconds(600), "the age of the oldest row", found: age)
        },
        Rule(
            "one caller looks at a time",
            "After one look for what waits nobody looks again for a while (ProbeStorage.findWaiting)."
        ) { subject in
            _ = try await subject.enqueued(1)
            try await subject.advance(.seconds(61))
            let found = try await concurrently(4) { _ in
                try await subject.untilAvailable {
                    try await subject.storage.findWaiting(longerThan: .seconds(60), interval: .seconds(100))
                }
            }
            try Expect.same(found.map { $0.map(\.name) }, [["mail"], [], [], []], "what each of several is told")
            try await subject.advance(.seconds(101))
            let later = try await subject.storage.findWaiting(longerThan: .seconds(60), interval: .seconds(100))
            try Expect.equal(later.map(\.name), ["mail"], "what is found when the while is over")
        },
        Rule(
            "what was confirmed before the round is lost",
            "What a session's stored watermark confirms, and is still enqueued under that mark, is lost; nothing else is (PROTOCOL section 4)."
        ) { subject in
            let server = try await subject.server()
            let consumer = try await subject.consumer(owner: server)
            let session = try await subject.session()
            func job(_ sequence: Int64, _ queue: String = "mail") -> NewJob {
                subject.job(.enqueued(PublishMark(session: session, sequence: sequence)), queue: queue)
            }
            let (lost, pending, other, claimed, after) = (job(1), job(2), job(3, "rest"), job(4), job(5))
            try await subject.store([lost, pending, other, claimed, after])
            try await subject.confirm(session, below: 5, pending: [2])
            let probe = try await subject.returnedRound([consumer])
            try await subject.confirm(session, below: 6)
            _ = try await subject.claim(claimed.message(), by: server, 1)
            _ = try await subject.storage.pass(consumer, in: probe)
            try Expect.equal(try await subject.requeuedLost(), [lost.id], "what is published again")
        },
        Rule(
            "a lost row is published at its generation",
            "A lost row is republished at the same generation under the repairer's mark; its history says why (PROTOCOL section 4)."
        ) { subject in
            let consumer = try await subject.consumer(owner: try await subject.server())
            let job = try await subject.confirmed(1)[0]
            try await subject.conclude([consumer])
            let marks = try await subject.marks()
            let repair = try await subject.storage.requeueLost(marks: marks)
            try Expect.equal(
                repair,
                LossRepair(
                    dispatches: [
                        MarkedDispatch(message: job.message(generation: 1), sequence: marks.sequences.lowerBound)
                    ],
                    hasMore: false
                ),
                "what is to be published"
            )
            try Expect.equal(try await subject.snapshot(job.id).generation, 1, "the row's generation")
            let last = try await subject.storage.history(of: job.id).last
            try Expect.equal(last?.reason, RepairReason.lost, "the reason in the history")
        },
        Rule(
            "lost rows are moved in bounded batches",
            "No more lost rows are moved than there are marks, each with one of its own, and the rest later (ProbeStorage.requeueLost)."
        ) { subject in
            let consumer = try await subject.consumer(owner: try await subject.server())
            let jobs = try await subject.confirmed(3) + subject.confirmed(2)
            try await subject.conclude([consumer])
            var moved: [JobID] = []
            for batch in 0..<10 {
                let marks = try await subject.marks(2)
                let repair = try await subject.storage.requeueLost(marks: marks)
                try Expect.equal(
                    repair.dispatches.map(\.sequence),
                    Array(marks.sequences.prefix(repair.dispatches.count)),
                    "the marks of batch \(batch)"
                )
                moved += repair.dispatches.map(\.message.id)
                if !repair.hasMore { break }
            }
            try Expect.same(moved, jobs.map(\.id), "what is published again")
            try Expect.equal(try await subject.survey().hasLosses, false, "whether anything is lost still")
        },
        Rule(
            "a lost row is moved once",
            "A row that was published again is not found again by the same loss, nor by two reconcilers at once (PROTOCOL section 4)."
        ) { subject in
            let consumer = try await subject.consumer(owner: try await subject.server())
            let jobs = try await subject.confirmed(40)
            try await subject.conclude([consumer])
            let moved = try await concurrently(4) { _ in
                var moved: [JobID] = []
                while try await subject.survey().hasLosses {
                    let repair = try await subject.storage.requeueLost(marks: try await subject.marks(7))
                    moved += repair.dispatches.map(\.message.id)
                }
                return moved
            }
            try Expect.same(moved.flatMap { $0 }, jobs.map(\.id), "what is published again")
            try Expect.equal(try await subject.requeuedLost(), [], "what is published once more")
        },
        Rule(
            "a missing queue is a loss once it is confirmed",
            "Of a queue that was found missing nothing is lost until that is certain (ProbeStorage.settleLoss)."
        ) { subject in
            let job = try await subject.confirmed(1)[0]
            for isConfirmed in [false, true] {
                let loss = subject.probe()
                try await subject.storage.recordLoss(loss, of: "mail")
                try Expect.equal(try await subject.survey().hasLosses, false, "whether anything is lost at first")
                try Expect.equal(try await subject.requeuedLost(), [], "what is published again at first")
                for _ in 0..<2 {
                    let isLossy = try await subject.storage.settleLoss(loss, isConfirmed: isConfirmed)
                    try Expect.equal(isLossy, isConfirmed, "whether anything may be lost, confirmed: \(isConfirmed)")
                }
                try Expect.equal(
                    try await subject.requeuedLost(),
                    isConfirmed ? [job.id] : [],
                    "what is published again, confirmed: \(isConfirmed)"
                )
            }
        },
        Rule(
            "with a queue that held nothing nothing is lost",
            "Of a missing queue it is said whether a message confirmed to be in it may be lost (ProbeStorage.settleLoss)."
        ) { subject in
            let server = try await subject.server()
            let session = try await subject.session()
            let jobs = (1...3).map { subject.job(.enqueued(PublishMark(session: session, sequence: $0))) }
            let other = subject.job(.enqueued(PublishMark(session: session, sequence: 4)), queue: "rest")
            try await subject.store(jobs + [other])
            // One runs, one is pending, one is beyond the watermark.
            _ = try await subject.claim(jobs[0].message(), by: server, 1)
            try await subject.confirm(session, below: 3, pending: [2])
            for (below, expected) in [(Int64(3), false), (5, true)] {
                try await subject.confirm(session, below: below, pending: [2])
                for (queue, isFull) in [("mail", expected), ("rest", expected), ("new", false)] {
                    let loss = subject.probe()
                    try await subject.storage.recordLoss(loss, of: queue)
                    let isLossy = try await subject.storage.settleLoss(loss, isConfirmed: true)
                    try Expect.equal(isLossy, isFull, "whether anything may be lost with “\(queue)”")
                }
            }
        },
        Rule(
            "a missing queue loses what was confirmed by then",
            "The watermarks of a loss are those of when it was stored first (PROTOCOL section 4, “queue gone”)."
        ) { subject in
            let session = try await subject.session()
            let jobs = (1...2).map { subject.job(.enqueued(PublishMark(session: session, sequence: $0))) }
            try await subject.store(jobs)
            try await subject.confirm(session, below: 2)
            let loss = subject.probe()
            try await subject.storage.recordLoss(loss, of: "mail")
            try await subject.confirm(session, below: 3)
            try await subject.storage.recordLoss(loss, of: "mail")
            _ = try await subject.storage.settleLoss(loss, isConfirmed: true)
            try Expect.equal(try await subject.requeuedLost(), [jobs[0].id], "what is published again")
        },
        Rule(
            "tidying keeps rounds and losses",
            "A round that is open is kept with its sessions, and a loss until its rows are mended; ended sessions and what was never confirmed go (JobStorage.tidy)."
        ) { subject in
            let server = try await subject.server()
            let (consumer, other) = (
                try await subject.consumer(owner: server), try await subject.consumer(of: "rest", owner: server)
            )
            let jobs = try await subject.confirmed(2)
            try await subject.conclude([consumer])
            let probe = subject.probe()
            let isOpen = try await subject.opens(probe, of: "rest", patience: JobStorageSubject.longLease)
            try Expect.equal(isOpen, true, "whether a round begins")
            let unconfirmed = subject.probe()
            try await subject.storage.recordLoss(unconfirmed, of: "mail")
            try await subject.advance(.seconds(7200))
            try await subject.storage.tidy()
            _ = try await subject.storage.settleLoss(unconfirmed, isConfirmed: true)
            try Expect.equal(try await subject.standing(of: "rest")?.id, probe, "the open round")
            let published = try await subject.storage.join(other, to: probe)
            try Expect.equal(published, true, "whether the last to join is told to publish")
            try Expect.same(try await subject.requeuedLost(), jobs.map(\.id), "what is published again")
            try Expect.equal(try await subject.survey().hasLosses, false, "whether anything is lost still")
        },
    ]
}
