import Baton

extension JobStorageConformance {
    static let monitoring: [Rule] = [
        Rule(
            "jobs are shown newest first, page by page",
            "Pages follow one another in the falling order of the ids, each job once, and end."
        ) { subject in
            let jobs = try await subject.enqueued(7)
            let newest = jobs.map(\.id).sorted { $0.description > $1.description }
            var (found, cursor): ([JobID], JobID?) = ([], nil)
            for _ in 0..<4 {
                let page = try await subject.monitor().jobs(matching: JobFilter(), after: cursor, limit: 3)
                try Expect.that(page.jobs.count <= 3, "no more than three a page", found: page.jobs.count)
                found += page.jobs.map(\.id)
                cursor = page.next
                if cursor == nil { break }
            }
            try Expect.equal(found, newest, "the jobs of all pages")
            try Expect.equal(cursor, nil, "the cursor after the last page")
            let first = try await subject.monitor().jobs(matching: JobFilter(), after: nil, limit: 1).jobs
            try Expect.equal(first, [try await subject.snapshot(newest[0])], "the newest job")
        },
        Rule(
            "a filter shows what matches all of it",
            "State, queue, name and ids each leave out what does not match."
        ) { subject in
            let owner = try await subject.server()
            var ids: [JobState: JobID] = [:]
            for (claim, state) in zip(Int64(1)..., JobState.allCases.filter { $0 != .awaiting }) {
                ids[state] = try await subject.job(in: state, owner: owner, claim: claim).id
            }
            let other = subject.job(.after(.seconds(600)), queue: "rest", name: "rest.take")
            try await subject.store([other])
            for (state, id) in ids {
                let expected: Set<JobID> = state == .scheduled ? [id, other.id] : [id]
                try Expect.equal(
                    try await subject.found(JobFilter(states: [state])),
                    expected,
                    "jobs that are \(state)"
                )
            }
            let ended: Set<JobState> = [.succeeded, .failed, .deleted]
            let endedIDs = Set(ended.compactMap { ids[$0] })
            try Expect.equal(try await subject.found(JobFilter(states: ended)), endedIDs, "jobs that ended")
            try Expect.equal(try await subject.found(JobFilter(queue: "rest")), [other.id], "jobs of a queue")
            try Expect.equal(try await subject.found(JobFilter(name: "rest.take")), [other.id], "jobs of a name")
            let both = JobFilter(states: [.enqueued], queue: "rest")
            try Expect.equal(try await subject.found(both), [], "enqueued jobs of a queue that has none")
            let named = [other.id, subject.environment.makeJobID()]
            try Expect.equal(try await subject.found(JobFilter(ids: named)), [other.id], "jobs by their ids")
            try Expect.equal(try await subject.found(JobFilter(ids: [])), [], "no jobs")
        },
        Rule(
            "servers are shown as they stand",
            "A server is alive until its lease is over, then expired, and dead with its certificate."
        ) { subject in
            let (expired, alive) = (try await subject.server(lease: .seconds(1)), try await subject.server())
            try await subject.advance(.seconds(2))
            try Expect.equal(try await subject.serverStates(), [expired: .expired, alive: .alive], "the servers")
            try await subject.certify(expired, witness: alive)
            try Expect.equal(try await subject.serverStates()[expired], .dead, "a server with a certificate")
            let server = try Expect.value(try await subject.monitor().servers().first { $0.epoch == alive }, "a server")
            let registration = subject.registration(alive)
            try Expect.equal(server.name, registration.name, "its name")
            try Expect.equal(server.queues, registration.queues, "its queues")
            try Expect.equal(server.jobNames, registration.jobNames, "the jobs that it knows")
            try Expect.equal(server.concurrency, registration.concurrency, "its concurrency")
        },
        Rule(
            "queues are counted",
            "A queue shows what is ready, runs and waits, the age of its oldest, and who serves it."
        ) { subject in
            let owner = try await subject.server()
            _ = try await subject.enqueued(2)
            _ = try await subject.running(by: owner)
            try await subject.store([subject.job(.after(.seconds(600)), queue: "rest")])
            try await subject.advance(.seconds(60))
            let queues = try await subject.monitor().queues()
            try Expect.equal(queues.map(\.name), ["mail", "rest"], "the queues")
            let (mail, rest) = (queues[0], queues[1])
            try Expect.equal(
                [mail.enqueued, mail.processing, mail.scheduled, mail.servers],
                [2, 1, 0, 1],
                "ready, running and waiting jobs of “mail”, and its servers"
            )
            let age = try Expect.value(mail.oldestAge, "an age")
            try Expect.that(age >= .seconds(60) && age < .seconds(3600), "an age of a minute", found: age)
            try Expect.equal(
                [rest.enqueued, rest.processing, rest.scheduled, rest.servers],
                [0, 0, 1, 0],
                "of “rest”"
            )
            try Expect.equal(rest.oldestAge, nil, "an age where nothing is ready")
            try Expect.equal(queues.map(\.isPartial), [false, false], "whether rows were left out")
        },
        Rule(
            "a probe on its way is shown",
            "Of a queue through which a probe is on its way it is said for how long, until that is back or given up (QueueSnapshot.probeAge)."
        ) { subject in
            let consumer = try await subject.consumer(owner: try await subject.server())
            let patience = Duration.seconds(600)
            let probe = try await subject.round(patience: patience)
            try Expect.equal(try await subject.probeAge(), nil, "the age of a probe that is not published")
            _ = try await subject.storage.join(consumer, to: probe)
            try await subject.advance(.seconds(60))
            let age = try Expect.value(try await subject.probeAge(), "an age of the probe")
            try Expect.that(age >= .seconds(60) && age < patience, "an age of a minute", found: age)
            try Expect.equal(try await subject.probeAge(of: "rest"), nil, "the age in another queue")
            _ = try await subject.storage.noteReturn(of: probe, lane: 0, of: 1)
            try Expect.equal(try await subject.probeAge(), nil, "the age of a probe that is back")
            _ = try await subject.storage.pass(consumer, in: probe)
            _ = try await subject.publishedRound([consumer])
            try await subject.advance(JobStorageSubject.longAge + .seconds(1))
            try Expect.equal(try await subject.probeAge(), nil, "the age of a probe that was given up")
        },
        Rule(
            "counters are shown",
            "What was counted is shown under its name."
        ) { subject in
            try await subject.storage.count([.repairedOrphans: 2, .fencedCompletions: 1])
            try await subject.storage.count([.repairedOrphans: 3])
            let counters = try await subject.monitor().counters()
            try Expect.equal(counters, [.repairedOrphans: 5, .fencedCompletions: 1], "the counters")
        },
        Rule(
            "disagreements are shown and left alone",
            "What the reconciler would mend is shown with its kind, once, and stays as it is."
        ) { subject in
            let (dead, expired) = (try await subject.server(), try await subject.server(lease: .seconds(1)))
            let (orphan, last) = (
                try await subject.running(by: dead), try await subject.running(by: dead, claim: 2, attempts: 1)
            )
            let fine = try await subject.running(by: expired)
            _ = try await subject.enqueued(1)
            let (unmarked, unknown) = (
                subject.job(.enqueued(nil)),
                subject.job(
                    .enqueued(PublishMark(session: PublisherSession(subject.environment.makeUUID()), sequence: 1))
                )
            )
            try await subject.store([unmarked, unknown])
            try await subject.bury(dead)
            try await subject.advance(.seconds(2))
            for _ in 0..<2 {
                let found = try await subject.disagreements()
                let jobs = Dictionary(grouping: found.filter { $0.job != nil }, by: \.kind)
                    .mapValues { Set($0.compactMap(\.job)) }
                try Expect.equal(
                    jobs,
                    [.unpublished: [unmarked.id, unknown.id], .orphan: [orphan.id, last.id]],
                    "jobs whose state and queue disagree"
                )
                try Expect.equal(
                    found.filter { $0.kind == .expiredServer }.map(\.server),
                    [expired],
                    "servers whose lease is over"
                )
                try Expect.equal(found.count, 5, "how many findings there are")
                let remedies = Set(found.filter { $0.kind == .orphan }.map(\.remedy))
                try Expect.equal(
                    remedies.count,
                    2,
                    "how many ways there are to mend an orphan with and one without attempts"
                )
            }
            let some = try await subject.monitor().disagreements(
                [.orphan],
                unpublishedAge: JobStorageSubject.longAge,
                limit: 1
            )
            try Expect.equal(some.map(\.kind), [.orphan], "findings of one kind, one at most")
            try await subject.expect(orphan.id, in: .processing, "the state of an orphan that was only shown")
            try await subject.end(fine, .succeeded(result: nil), by: expired)
            let repair = try await subject.storage.requeueOrphans(marks: try await subject.marks())
            try Expect.equal(repair.dispatches.map(\.message.id), [orphan.id], "what is requeued then")
            try Expect.same(try await subject.adopted(), [unmarked.id, unknown.id], "what is published then")
            try Expect.equal(
                try await subject.disagreements().map(\.kind),
                [.expiredServer],
                "what still disagrees when it is mended"
            )
        },
        Rule(
            "lost jobs are shown until they are published again",
            "A row that a recorded loss concerns is shown as lost, and no more once it has another mark."
        ) { subject in
            let session = try await subject.session()
            let (lost, safe) = (
                subject.job(.enqueued(PublishMark(session: session, sequence: 1))),
                subject.job(.enqueued(PublishMark(session: session, sequence: 2)))
            )
            try await subject.store([lost, safe])
            try await subject.storage.saveWatermark(
                PublisherWatermark(session: session, confirmedBelow: 2, pending: []),
                lease: JobStorageSubject.longLease
            )
            let loss = ProbeID(subject.environment.makeUUID())
            try await subject.storage.recordLoss(loss, of: lost.queue)
            try Expect.equal(try await subject.disagreements().map(\.job), [], "what is shown of a loss in doubt")
            _ = try await subject.storage.settleLoss(loss, isConfirmed: true)
            let found = try await subject.disagreements()
            try Expect.equal(found.map(\.job), [lost.id], "the jobs shown")
            try Expect.equal(found.map(\.kind), [.lost], "their kind")
            let repair = try await subject.storage.requeueLost(marks: try await subject.marks())
            try Expect.equal(repair.dispatches.map(\.message.id), [lost.id], "what is published again")
            try Expect.equal(try await subject.disagreements().map(\.job), [], "what is shown then")
        },
    ]
}

extension JobStorageSubject {
    /// The storage as people look at it.
    @inline(never)
    func monitor() throws(ConformanceMismatch) -> any JobMonitor {
        try Expect.value(storage as? any JobMonitor, "the storage to be a JobMonitor")
    }

    /// The jobs of a filter's first page.
    @inline(never)
    func found(_ filter: JobFilter) async throws -> Set<JobID> {
        Set(try await monitor().jobs(matching: filter, after: nil, limit: 100).jobs.map(\.id))
    }

    /// How every server stands.
    @inline(never)
    func serverStates() async throws -> [ServerEpoch: ServerSnapshot.State] {
        let servers = try await monitor().servers()
        return Dictionary(servers.map { ($0.epoch, $0.state) }) { $1 }
    }

    /// How long a probe has been on its way through a queue.
    @inline(never)
    func probeAge(of queue: String = "mail") async throws -> Duration? {
        try await monitor().queues().first { $0.name == queue }?.probeAge
    }

    /// Everything that disagrees.
    @inline(never)
    func disagreements() async throws -> [Disagreement] {
        try await monitor().disagreements(
            Set(Disagreement.Kind.allCases),
            unpublishedAge: Self.longAge,
            limit: 100
        )
    }
}
