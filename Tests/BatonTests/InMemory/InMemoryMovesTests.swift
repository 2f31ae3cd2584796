import Testing

@testable import Baton

/// The moves of one job, held against what PostgreSQL's statements do.
@Suite struct InMemoryMovesTests {
    private let rig = StorageRig()

    @Test func aJobIsStoredAsItWillBeSeen() async throws {
        try await rig.insert(
            .plain(Sample.id(1), timeout: .microseconds(1_500_900), .enqueued(rig.mark(1))),
            .plain(Sample.id(2), .after(.seconds(90)))
        )
        let scheduled = try #require(try await rig.storage.job(Sample.id(2)))
        #expect(scheduled.state == .scheduled && scheduled.generation == 0)
        #expect(scheduled.scheduledAt == Sample.date(90) && scheduled.createdAt == Sample.date(0))
        #expect(rig.entries(2).map(\.data?.text) == [#"{"scheduled_at": "2026-09-21T14:14:50.000Z"}"#])
        #expect(rig.row(1)?.job.timeout == .milliseconds(1_500))
        #expect(rig.entries(1).map(\.data) == [nil])
        #expect(rig.storage.jobs.map(\.id) == [1, 2].map(Sample.id))
    }

    @Test func aNewJobThatExistsIsRefusedAndNothingOfItsCallIsStored() async throws {
        try await rig.insert(.plain(Sample.id(1)))
        await #expect(throws: JobStorageError.self) {
            _ = try await rig.storage.insert([.plain(Sample.id(2)), .plain(Sample.id(1))], isRepeated: false)
        }
        #expect(rig.row(2) == nil)
        let jobs: [NewJob] = [.plain(Sample.id(3)), .plain(Sample.id(1)), .plain(Sample.id(3))]
        #expect(try await rig.storage.insert(jobs, isRepeated: true) == [.inserted, .duplicate, .duplicate])
    }

    @Test func aClaimKeepsDatesAndCounts() async throws {
        try await rig.register(rig.owner)
        try await rig.insert(.plain(Sample.id(1), .after(.seconds(5))))
        rig.clock.jump(by: .seconds(5))
        let promotion = try await rig.storage.promoteDue(marks: rig.marks(1..<3))
        #expect(promotion.dispatches == [MarkedDispatch(message: Sample.message(1), sequence: 1)])
        #expect(promotion.nextDue == nil)
        rig.clock.jump(by: .seconds(1))
        let outcomes = try await rig.storage.claim([Sample.message(1)], owner: rig.owner, claim: 7)
        guard case .claimed(let job) = outcomes.first else { throw NeverCameTrue() }
        #expect(job.createdAt == Sample.date(0) && job.enqueuedAt == Sample.date(5))
        #expect(job.run == 1 && job.attempt == 1 && job.claim == 7 && job.generation == 1)
        let entries = rig.entries(1)
        #expect(entries.map(\.state) == [.scheduled, .enqueued, .processing])
        #expect(entries.map(\.reason) == [nil, nil, nil])
        #expect(entries.map(\.server) == [nil, nil, rig.owner])
        #expect(entries.map(\.at) == [0, 5, 6].map(Sample.date))
    }

    @Test func aRefusalSaysHowTheRowStands() async throws {
        func refusal(_ message: DispatchMessage, _ owner: ServerEpoch) async throws -> ClaimRefusal? {
            let outcome = try await rig.storage.claim([message], owner: owner, claim: 9).first
            if case .refused(let refusal) = outcome { return refusal }
            return nil
        }
        try await rig.register(rig.owner)
        guard case .claimed(let job) = try await rig.claim(1) else { throw NeverCameTrue() }
        try await rig.insert(.plain(Sample.id(2), .enqueued(rig.mark(2))))
        let stranger = Sample.epoch(2)
        #expect(try await refusal(Sample.message(1), rig.owner) == .mine(job))
        #expect(try await refusal(Sample.message(1), stranger) == .owned(by: rig.owner, isDead: false))
        #expect(try await refusal(Sample.message(2), stranger) == .ownEpochIsDead)
        #expect(try await refusal(Sample.message(1, generation: 2), stranger) == .superseded)
        #expect(try await refusal(Sample.message(3), stranger) == .missing)
        try await rig.storage.deregister(rig.owner)
        #expect(try await refusal(Sample.message(1), stranger) == .owned(by: rig.owner, isDead: true))
        #expect(try await refusal(Sample.message(1), rig.owner) == .ownEpochIsDead)
    }

    @Test func aSuccessKeepsItsResultAndForgetsTheErrorBefore() async throws {
        try await rig.register(rig.owner)
        _ = try await rig.claim(1)
        let failure = JobFailure(type: "Bad", message: "a \"bad\" day\n", details: "more")
        #expect(try await rig.complete(1, .retry(after: .seconds(10), failure, reason: "again")) == .applied)
        var entry = try #require(rig.entries(1).last)
        #expect(entry.reason == "again" && entry.server == rig.owner && entry.attempt == 1)
        #expect(
            entry.data?.text
                == #"{"error_type": "Bad", "latency_ms": 2, "duration_ms": 1.5, "scheduled_at": "2026-09-21T14:13:30.000Z", "#
                + #""error_details": "more", "error_message": "a \"bad\" day\n"}"#
        )
        var job = try #require(try await rig.storage.job(Sample.id(1)))
        #expect(job.failure == failure && job.scheduledAt == Sample.date(10))
        rig.clock.jump(by: .seconds(10))
        _ = try await rig.storage.promoteDue(marks: rig.marks(5..<6))
        #expect(try await rig.complete(1, .succeeded(result: nil)) == .applied, "its own end, though it moved on")
        #expect(rig.row(1)?.state == .enqueued)
        _ = try await rig.storage.claim([Sample.message(1, generation: 2)], owner: rig.owner, claim: 2)
        #expect(try await rig.complete(1, .succeeded(result: nil)) == .fenced(.superseded))
        #expect(try await rig.complete(1, claim: 2, .succeeded(result: JSONText("7"))) == .applied)
        job = try #require(try await rig.storage.job(Sample.id(1)))
        #expect(job.result?.text == "7" && job.failure == nil && job.scheduledAt == nil)
        #expect(job.run == 2 && job.attempt == 2 && job.generation == 2)
        entry = try #require(rig.entries(1).last)
        #expect(entry.data?.text == #"{"latency_ms": 2, "duration_ms": 1.5}"#)
    }

    @Test func whatIsPutBackOrPutOffSpendsNoAttempt() async throws {
        try await rig.register(rig.owner)
        _ = try await rig.claim(1)
        _ = try await rig.complete(1, .putBack(after: .seconds(1), reason: "shutdown"))
        #expect(rig.row(1)?.attempt == 0 && rig.row(1)?.run == 1 && rig.row(1)?.state == .scheduled)
        #expect(rig.entries(1).last?.attempt == 0)
        try await rig.insert(.plain(Sample.id(2), .enqueued(rig.mark(2))))
        let messages = [Sample.message(2), Sample.message(3), Sample.message(1)]
        let missing = try await rig.storage.postpone(messages, by: .seconds(60), reason: "unknown")
        #expect(missing == [Sample.message(3)])
        #expect(rig.row(2)?.dueAt == Sample.date(60) && rig.row(1)?.dueAt == Sample.date(1))
        #expect(rig.entries(2).last?.reason == "unknown" && rig.entries(2).last?.server == nil)
    }

    @Test func aJobCanBeDeletedInEveryStateThatIsNotFinal() async throws {
        try await rig.register(rig.owner)
        try await rig.insert(.plain(Sample.id(1)), .plain(Sample.id(2), .enqueued(rig.mark(2))))
        for number in [3, 4, 5] { _ = try await rig.claim(number) }
        _ = try await rig.complete(4, .failed(JobFailure(type: "Bad", message: "bad")))
        _ = try await rig.complete(5, .succeeded(result: nil))
        for number in [1, 2, 3, 4] {
            #expect(try await rig.storage.delete(Sample.id(number), reason: "told to"))
            #expect(rig.entries(number).last?.reason == "told to" && rig.entries(number).last?.server == nil)
            #expect(rig.row(number)?.dueAt == nil && rig.row(number)?.mark == nil)
            #expect(try await !rig.storage.delete(Sample.id(number), reason: nil))
        }
        #expect(try await !rig.storage.delete(Sample.id(5), reason: nil))
        #expect(try await !rig.storage.delete(Sample.id(6), reason: nil))
        #expect(try await rig.complete(3, .succeeded(result: nil)) == .fenced(.superseded))
        #expect(try await rig.storage.job(Sample.id(4))?.failure?.type == "Bad")
    }

    @Test func theEarliestAreEnqueuedFirstAndNoMoreThanThereAreMarks() async throws {
        try await rig.insert(
            .plain(Sample.id(3), .after(.seconds(1))),
            .plain(Sample.id(1), .after(.seconds(2))),
            .plain(Sample.id(2), .after(.seconds(1))),
            .plain(Sample.id(4), .at(Sample.date(8)))
        )
        rig.clock.jump(by: .seconds(3))
        var promotion = try await rig.storage.promoteDue(marks: rig.marks(10..<12))
        #expect(promotion.dispatches.map(\.message.id) == [2, 3].map(Sample.id))
        #expect(promotion.dispatches.map(\.sequence) == [10, 11])
        #expect(promotion.nextDue == .seconds(-1))
        promotion = try await rig.storage.promoteDue(marks: PublishMarkRange(unmarked: 5))
        #expect(promotion.dispatches.map(\.message.id) == [Sample.id(1)])
        #expect(promotion.nextDue == .seconds(5))
        #expect(rig.row(1)?.mark == nil && rig.row(2)?.mark == rig.mark(10))
    }
}
