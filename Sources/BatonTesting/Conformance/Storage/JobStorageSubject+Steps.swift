import Baton

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The steps that trials are made of.
///
/// Never inlined: the optimiser of Swift 6.3 crashes on rules that hold several of them.
extension JobStorageSubject {
    /// So long that no trial outlasts it.
    static let longLease = Duration.seconds(7 * 86_400)
    /// An age that no row of a trial reaches by itself.
    static let longAge = Duration.seconds(3600)

    static let failure = JobFailure(type: "SMTPError", message: "refused", details: "550 no such user")
    static let retry = Completion.Outcome.retry(after: .zero, failure, reason: "r")

    // MARK: Making

    func epoch() -> ServerEpoch { ServerEpoch(environment.makeUUID()) }

    /// A session of a publisher, registered.
    @inline(never)
    func session(lease: Duration = longLease) async throws -> PublisherSession {
        let session = PublisherSession(environment.makeUUID())
        try await storage.openSession(session, lease: lease)
        return session
    }

    /// Marks of a session of their own.
    @inline(never)
    func marks(_ count: Int = 100) async throws -> PublishMarkRange {
        PublishMarkRange(session: try await session(), sequences: 1..<Int64(count) + 1)
    }

    func job(_ start: NewJob.Start, attempts: Int = 10, queue: String = "mail", name: String = "mail.welcome") -> NewJob
    {
        NewJob(
            id: environment.makeJobID(),
            name: name,
            queue: queue,
            arguments: JSONText(#"{"address": "ada@example.org"}"#),
            priority: 0,
            maximumAttempts: attempts,
            timeout: .seconds(30),
            start: start
        )
    }

    /// Jobs to be enqueued, marked by one living session.
    @inline(never)
    func jobs(_ count: Int, attempts: Int = 10) async throws -> [NewJob] {
        let marks = try await marks(count)
        return (0..<count).map { job(.enqueued(marks[$0]), attempts: attempts) }
    }

    /// Stores jobs that are new.
    @inline(never)
    func store(_ jobs: [NewJob]) async throws {
        let outcomes = try await storage.insert(jobs, isRepeated: false)
        try Expect.equal(outcomes, jobs.map { _ in .inserted }, "what became of new jobs")
    }

    /// Enqueued jobs, stored.
    @inline(never)
    func enqueued(_ count: Int, attempts: Int = 10) async throws -> [NewJob] {
        let jobs = try await jobs(count, attempts: attempts)
        try await store(jobs)
        return jobs
    }

    func registration(
        _ epoch: ServerEpoch,
        presence: ServerPresence? = nil
    ) -> ServerRegistration {
        ServerRegistration(
            epoch: epoch,
            name: "trial:1",
            processID: 1,
            queues: ["mail"],
            concurrency: 4,
            jobNames: ["mail.welcome"],
            presence: presence
        )
    }

    /// A registered server.
    @inline(never)
    func server(lease: Duration = longLease) async throws -> ServerEpoch {
        let epoch = epoch()
        try await storage.register(registration(epoch), lease: lease)
        return epoch
    }

    /// Takes a server off the list while it still owns rows: an owner without a server row is dead (PROTOCOL section 3).
    @inline(never)
    func bury(_ epoch: ServerEpoch) async throws {
        try await storage.deregister(epoch)
    }

    // MARK: Moving

    /// Claims a job that must be there for it.
    @inline(never)
    func claim(_ message: DispatchMessage, by owner: ServerEpoch, _ claim: Int64) async throws -> ClaimedJob {
        let outcomes = try await storage.claim([message], owner: owner, claim: claim)
        guard outcomes.count == 1, case .claimed(let job) = outcomes[0] else {
            throw ConformanceMismatch(expected: "a claim of an enqueued job to succeed", found: "\(outcomes)")
        }
        return job
    }

    /// A job that runs.
    @inline(never)
    func running(by owner: ServerEpoch, claim number: Int64 = 1, attempts: Int = 10) async throws -> ClaimedJob {
        let job = try await enqueued(1, attempts: attempts)[0]
        return try await claim(job.message(), by: owner, number)
    }

    /// Stores the end of a run, which must be taken.
    @inline(never)
    func end(_ run: ClaimedJob, _ outcome: Completion.Outcome, by owner: ServerEpoch) async throws {
        let outcomes = try await storage.complete([run.ending(outcome)], owner: owner)
        try Expect.equal(outcomes, [.applied], "what became of the end of a run whose fence matches")
    }

    /// A job in a state that it reached by legal moves.
    @inline(never)
    func job(in state: JobState, owner: ServerEpoch, claim: Int64 = 1) async throws -> NewJob {
        let job = try await enqueued(1)[0]
        if state == .deleted {
            let isDeleted = try await storage.delete(job.id, reason: nil)
            try Expect.that(isDeleted, "an enqueued job to be deleted")
        }
        if state == .enqueued || state == .deleted { return job }
        let run = try await self.claim(job.message(), by: owner, claim)
        switch state {
        case .scheduled:
            try await end(run, .retry(after: .seconds(600), Self.failure, reason: "attempt 1 of 10"), by: owner)
        case .succeeded: try await end(run, .succeeded(result: nil), by: owner)
        case .failed: try await end(run, .failed(Self.failure), by: owner)
        default: break
        }
        return job
    }

    /// Asks again for as long as the storage says that it cannot now and that nothing changed.
    ///
    /// Of several calls that want one row at once, a storage may give one up behind another that takes long. Not after a
    /// lost answer: what has perhaps been done is not to be done twice.
    @inline(never)
    func untilAvailable<Answer>(_ call: () async throws -> Answer) async throws -> Answer {
        let deadline = environment.clock.now.advanced(by: patience)
        while true {
            do {
                return try await call()
            } catch let error as JobStorageError where error.code == .unavailable {
                guard environment.clock.now < deadline else { throw error }
                try await environment.clock.sleep(for: .milliseconds(5))
            }
        }
    }

    // MARK: Looking

    /// A job as it stands; it must exist.
    @inline(never)
    func snapshot(_ id: JobID) async throws -> JobSnapshot {
        try Expect.value(try await storage.job(id), "the job to be there")
    }

    @inline(never)
    func expect(_ id: JobID, in state: JobState, _ why: String) async throws {
        try Expect.equal(try await snapshot(id).state, state, why)
    }

    /// What the adoption of unpublished rows takes.
    @inline(never)
    func adopted(unpublishedAge age: Duration = longAge) async throws -> [JobID] {
        try await storage.adoptUnpublished(marks: try await marks(), unpublishedAge: age).map(\.message.id)
    }

    /// Jobs that are due by now, promoted.
    @inline(never)
    func promoted(_ count: Int = 100) async throws -> [MarkedDispatch] {
        try await storage.promoteDue(marks: try await marks(count)).dispatches
    }

    /// The message of a job that must be due by now.
    @inline(never)
    func promotedMessage(_ what: String) async throws -> DispatchMessage {
        guard let dispatch = try await promoted().first else {
            throw ConformanceMismatch(expected: what, found: "none")
        }
        return dispatch.message
    }
}

extension NewJob {
    func message(generation: Int = 1, level: JobPriorityLevel = .normal) -> DispatchMessage {
        DispatchMessage(id: id, generation: generation, queue: queue, name: name, level: level)
    }
}

extension JobSnapshot {
    /// Requires a job to be due so many seconds after it entered its state, to the millisecond.
    func expectDue(after seconds: Double) throws(ConformanceMismatch) {
        let wait = try Expect.value(scheduledAt, "a due time").timeIntervalSince(stateAt)
        try Expect.that(abs(wait - seconds) < 0.001, "to be due after \(seconds) s", found: "after \(wait) s")
    }
}

extension ClaimedJob {
    func message() -> DispatchMessage {
        DispatchMessage(id: id, generation: generation, queue: queue, name: name)
    }

    func ending(_ outcome: Completion.Outcome) -> Completion {
        Completion(
            id: id,
            claim: claim,
            generation: generation,
            duration: .microseconds(12_500),
            latency: .milliseconds(3),
            outcome: outcome
        )
    }

    var owned: OwnedRun { OwnedRun(id: id, claim: claim) }
}

extension ClaimOutcome {
    var job: ClaimedJob? {
        if case .claimed(let job) = self { job } else { nil }
    }

    var refusal: ClaimRefusal? {
        if case .refused(let refusal) = self { refusal } else { nil }
    }
}
