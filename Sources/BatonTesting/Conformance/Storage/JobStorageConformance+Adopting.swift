import Baton

extension JobStorageConformance {
    static let adopting: [Rule] = [
        Rule(
            "the rows of an unknown session are adopted",
            "A mark whose session has no row is unconfirmed, and anybody may publish it (PROTOCOL move 1)."
        ) { subject in
            let mark = PublishMark(session: PublisherSession(subject.environment.makeUUID()), sequence: 1)
            let job = subject.job(.enqueued(mark))
            try await subject.store([job])
            try Expect.equal(try await subject.adopted(), [job.id], "what is adopted")
        },
        Rule(
            "a living session's row is adopted when it is old",
            "An unconfirmed row of a living session is its own until it is older than T, and then anybody's (PROTOCOL section 4)."
        ) { subject in
            let job = try await subject.enqueued(1)[0]
            try Expect.equal(try await subject.adopted(unpublishedAge: .seconds(60)), [], "what is adopted at once")
            try await subject.advance(.seconds(61))
            try Expect.equal(
                try await subject.adopted(unpublishedAge: .seconds(60)),
                [job.id],
                "what is adopted after T"
            )
        },
        Rule(
            "adoption moves the mark",
            "The mark is moved to the repairer first, so that a second one finds nothing to do (PROTOCOL section 4)."
        ) { subject in
            let unknown = PublisherSession(subject.environment.makeUUID())
            let jobs = (1...3).map { subject.job(.enqueued(PublishMark(session: unknown, sequence: $0))) }
            try await subject.store(jobs)
            try Expect.same(try await subject.adopted(), jobs.map(\.id), "what the first repairer adopts")
            try Expect.equal(try await subject.adopted(), [], "what the second one adopts")
            let survey = try await subject.storage.survey(unpublishedAge: JobStorageSubject.longAge)
            try Expect.equal(survey.hasUnpublished, false, "whether anything is still unpublished")
        },
        Rule(
            "the age counts from the mark",
            "A row that was adopted is young again: T counts from its new mark (PROTOCOL section 4)."
        ) { subject in
            let job = try await subject.enqueued(1)[0]
            try await subject.advance(.seconds(61))
            try Expect.equal(
                try await subject.adopted(unpublishedAge: .seconds(60)),
                [job.id],
                "what is adopted after T"
            )
            try await subject.advance(.seconds(30))
            try Expect.equal(try await subject.adopted(unpublishedAge: .seconds(60)), [], "what is adopted 30 s later")
        },
        Rule(
            "adoption keeps the generation",
            "A row is republished at the same generation, so that the first copy wins; its history says why (PROTOCOL section 4)."
        ) { subject in
            let unknown = PublisherSession(subject.environment.makeUUID())
            let job = subject.job(.enqueued(PublishMark(session: unknown, sequence: 1)))
            try await subject.store([job])
            let marks = try await subject.marks()
            let adopted = try await subject.storage.adoptUnpublished(
                marks: marks,
                unpublishedAge: JobStorageSubject.longAge
            )
            try Expect.equal(
                adopted,
                [MarkedDispatch(message: job.message(generation: 1), sequence: marks.sequences.lowerBound)],
                "what is to be published"
            )
            try Expect.equal(try await subject.snapshot(job.id).generation, 1, "the row's generation")
            let last = try await subject.storage.history(of: job.id).last
            try Expect.that(last?.reason != nil, "a reason in the history", found: "\(String(describing: last))")
        },
        Rule(
            "adoption is bounded by its marks",
            "No more rows are adopted than there are marks, each with one of its own, and the rest later (JobStorage.adoptUnpublished)."
        ) { subject in
            let unknown = PublisherSession(subject.environment.makeUUID())
            let jobs = (1...5).map { subject.job(.enqueued(PublishMark(session: unknown, sequence: $0))) }
            try await subject.store(jobs)
            var adopted: [JobID] = []
            for count in [2, 2, 1] {
                let marks = try await subject.marks(2)
                let batch = try await subject.storage.adoptUnpublished(
                    marks: marks,
                    unpublishedAge: JobStorageSubject.longAge
                )
                try Expect.equal(
                    batch.map(\.sequence),
                    Array(marks.sequences.prefix(count)),
                    "the marks of a batch of two"
                )
                adopted += batch.map(\.message.id)
            }
            try Expect.same(adopted, jobs.map(\.id), "what is adopted")
        },
    ]
}
