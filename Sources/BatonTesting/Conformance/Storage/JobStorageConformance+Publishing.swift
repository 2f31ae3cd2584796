import Baton

extension JobStorageConformance {
    static let publishing: [Rule] = [
        Rule(
            "what is confirmed is left alone",
            "Without failures nothing is republished: no confirmed row, and none that needs no message (PROTOCOL I6)."
        ) { subject in
            let owner = try await subject.server()
            let session = try await subject.session()
            let jobs = (1...4).map { subject.job(.enqueued(PublishMark(session: session, sequence: $0))) }
            try await subject.store(jobs + [subject.job(.after(.seconds(9_000)))])
            try await subject.storage.saveWatermark(
                PublisherWatermark(session: session, confirmedBelow: 4, pending: []),
                lease: JobStorageSubject.longLease
            )
            _ = try await subject.claim(jobs[3].message(), by: owner, 1)
            try await subject.advance(.seconds(60))
            for isOver in [false, true] {
                if isOver {
                    let last = PublisherWatermark(session: session, confirmedBelow: 4, pending: [])
                    try await subject.storage.closeSession(last)
                }
                let survey = try await subject.storage.survey(unpublishedAge: .zero)
                try Expect.equal(survey.hasUnpublished, false, "whether anything is unpublished")
                try Expect.equal(try await subject.adopted(unpublishedAge: .zero), [], "what is adopted")
            }
        },
        Rule(
            "a confirm below the watermark may be pending",
            "A number listed as pending is not confirmed, although it is below the watermark (PROTOCOL section 1)."
        ) { subject in
            let session = try await subject.session()
            let jobs = (1...4).map { subject.job(.enqueued(PublishMark(session: session, sequence: $0))) }
            try await subject.store(jobs)
            let last = PublisherWatermark(session: session, confirmedBelow: 4, pending: [2])
            try await subject.storage.closeSession(last)
            try Expect.same(
                try await subject.adopted(),
                [jobs[1].id, jobs[3].id],
                "what is adopted: pending, and beyond"
            )
        },
        Rule(
            "a watermark never goes back",
            "What a session has said to be confirmed stays so, whatever arrives late (PROTOCOL section 1)."
        ) { subject in
            let session = try await subject.session()
            let jobs = (1...3).map { subject.job(.enqueued(PublishMark(session: session, sequence: $0))) }
            try await subject.store(jobs)
            for below in [3, 2] as [Int64] {
                try await subject.storage.saveWatermark(
                    PublisherWatermark(session: session, confirmedBelow: below, pending: []),
                    lease: JobStorageSubject.longLease
                )
            }
            try await subject.storage.openSession(session, lease: JobStorageSubject.longLease)
            try await subject.advance(.seconds(60))
            try Expect.equal(try await subject.adopted(unpublishedAge: .seconds(30)), [jobs[2].id], "what is adopted")
        },
        Rule(
            "a session that is over stays over",
            "After its last watermark a session is over; a renewal that comes late does not revive it (JobStorage.closeSession)."
        ) { subject in
            let session = try await subject.session()
            let jobs = (1...2).map { subject.job(.enqueued(PublishMark(session: session, sequence: $0))) }
            try await subject.store(jobs)
            try await subject.storage.closeSession(
                PublisherWatermark(session: session, confirmedBelow: 2, pending: [])
            )
            try await subject.storage.saveWatermark(
                PublisherWatermark(session: session, confirmedBelow: 3, pending: []),
                lease: JobStorageSubject.longLease
            )
            try Expect.equal(try await subject.adopted(), [jobs[1].id], "what is adopted")
        },
        Rule(
            "a silent session is over with its lease",
            "A session counts as over when its lease is, and as alive as long as it is renewed (PROTOCOL section 4)."
        ) { subject in
            let session = try await subject.session(lease: .seconds(1000))
            let job = subject.job(.enqueued(PublishMark(session: session, sequence: 1)))
            try await subject.store([job])
            try await subject.advance(.seconds(800))
            try await subject.storage.saveWatermark(
                PublisherWatermark(session: session, confirmedBelow: 1, pending: []),
                lease: .seconds(1000)
            )
            try await subject.advance(.seconds(800))
            try Expect.equal(try await subject.adopted(), [], "what is adopted of a session that was renewed")
            try await subject.advance(.seconds(300))
            try Expect.equal(try await subject.adopted(), [job.id], "what is adopted when its lease is over")
        },
        Rule(
            "a watermark without a row is believed",
            "What a session says is true though its row was lost, as in a failover (PROTOCOL section 1)."
        ) { subject in
            let session = PublisherSession(subject.environment.makeUUID())
            let jobs = (1...2).map { subject.job(.enqueued(PublishMark(session: session, sequence: $0))) }
            try await subject.store(jobs)
            try await subject.storage.closeSession(
                PublisherWatermark(session: session, confirmedBelow: 2, pending: [])
            )
            try Expect.equal(try await subject.adopted(), [jobs[1].id], "what is adopted")
        },
        Rule(
            "a mark given up is nobody's",
            "Marks that a session releases are taken off, its other ones are not (PROTOCOL move 1)."
        ) { subject in
            let (session, other) = (try await subject.session(), try await subject.session())
            let jobs = [
                subject.job(.enqueued(PublishMark(session: session, sequence: 1))),
                subject.job(.enqueued(PublishMark(session: session, sequence: 2))),
                subject.job(.enqueued(PublishMark(session: other, sequence: 1))),
            ]
            try await subject.store(jobs)
            try await subject.storage.releaseMarks(of: session, [1])
            try Expect.equal(try await subject.adopted(), [jobs[0].id], "what is adopted")
        },
    ]
}
