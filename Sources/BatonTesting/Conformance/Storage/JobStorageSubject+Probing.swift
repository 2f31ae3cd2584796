import Baton

/// The steps of trials of rounds and losses.
///
/// Never inlined, for the reason given with the others.
extension JobStorageSubject {
    func probe() -> ProbeID { ProbeID(environment.makeUUID()) }

    /// A consumer session, registered.
    @inline(never)
    func consumer(
        of queue: String = "mail",
        owner: ServerEpoch,
        replacing replaced: ConsumerSession? = nil
    ) async throws -> ConsumerSession {
        let session = ConsumerSession(environment.makeUUID())
        let isOpen = try await storage.openConsumer(session, of: queue, owner: owner, replacing: replaced)
        try Expect.that(isOpen, "a consumer session of a living server to be registered")
        return session
    }

    /// Whether a round can be begun.
    @inline(never)
    func opens(
        _ probe: ProbeID,
        of queue: String = "mail",
        quiet: Duration = .zero,
        patience: Duration = longAge
    ) async throws -> Bool {
        try await storage.openProbe(probe, of: queue, quiet: quiet, patience: patience).isOpen
    }

    /// A round that must begin.
    @inline(never)
    func round(of queue: String = "mail", patience: Duration = longAge) async throws -> ProbeID {
        let probe = probe()
        let isOpen = try await opens(probe, of: queue, patience: patience)
        try Expect.that(isOpen, "a round to begin where there is a consumer session and nothing else")
        return probe
    }

    /// A round whose probe must be published once these have joined.
    @inline(never)
    func publishedRound(_ consumers: [ConsumerSession], of queue: String = "mail") async throws -> ProbeID {
        let probe = try await round(of: queue)
        var published: [Bool] = []
        for consumer in consumers { published.append(try await storage.join(consumer, to: probe)) }
        try Expect.equal(published, consumers.indices.map { $0 == consumers.count - 1 }, "who is to publish the probe")
        return probe
    }

    /// A round whose probe has come back.
    @inline(never)
    func returnedRound(_ consumers: [ConsumerSession], of queue: String = "mail") async throws -> ProbeID {
        let probe = try await publishedRound(consumers, of: queue)
        let isReturned = try await storage.noteReturn(of: probe, lane: 0, of: 1)
        try Expect.that(isReturned, "the return from the only lane to move the round")
        return probe
    }

    /// A round that comes to its end.
    @inline(never)
    func conclude(_ consumers: [ConsumerSession], of queue: String = "mail") async throws {
        let probe = try await returnedRound(consumers, of: queue)
        var concluded: [Bool] = []
        for consumer in consumers { concluded.append(try await storage.pass(consumer, in: probe)) }
        try Expect.equal(concluded, consumers.indices.map { $0 == consumers.count - 1 }, "who concludes the round")
    }

    /// A round that is void when it has come so far, and the pause after it.
    @inline(never)
    func voidRound(
        _ phase: ProbeRound.Phase,
        _ consumers: [ConsumerSession],
        expecting isExpected: Bool
    ) async throws {
        let probe =
            switch phase {
            case .joining: try await round()
            case .published: try await publishedRound(consumers)
            case .returned: try await returnedRound(consumers)
            }
        let isLoss = try await storage.voidProbe(probe, reason: "a message was given back")
        try Expect.equal(isLoss, isExpected, "whether a round that is void when it is \(phase) is a loss")
        try await advance(.seconds(121))
    }

    /// A queue's round as it stands, if there is one.
    @inline(never)
    func standing(of queue: String = "mail") async throws -> ProbeRound? {
        let rounds = try await storage.probes(of: [queue])
        try Expect.that(rounds.count < 2, "one round of a queue at a time", found: rounds)
        return rounds.first
    }

    /// Enqueued jobs of a session that says they are confirmed.
    @inline(never)
    func confirmed(_ count: Int, queue: String = "mail") async throws -> [NewJob] {
        let session = try await session()
        let jobs = (0..<count).map { number in
            job(.enqueued(PublishMark(session: session, sequence: Int64(number + 1))), queue: queue)
        }
        try await store(jobs)
        try await confirm(session, below: Int64(count + 1))
        return jobs
    }

    @inline(never)
    func confirm(_ session: PublisherSession, below sequence: Int64, pending: [Int64] = []) async throws {
        let watermark = PublisherWatermark(session: session, confirmedBelow: sequence, pending: pending)
        try await storage.saveWatermark(watermark, lease: Self.longLease)
    }

    /// What is lost, published again.
    @inline(never)
    func requeuedLost(_ count: Int = 100) async throws -> [JobID] {
        var found: [JobID] = []
        var hasMore = true
        while hasMore {
            let repair = try await storage.requeueLost(marks: try await marks(count))
            found += repair.dispatches.map(\.message.id)
            hasMore = repair.hasMore && !repair.dispatches.isEmpty
        }
        return found
    }

    @inline(never)
    func survey() async throws -> ReconcilerSurvey {
        try await storage.survey(unpublishedAge: Self.longAge)
    }
}
