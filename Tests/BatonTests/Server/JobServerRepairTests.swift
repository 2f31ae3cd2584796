import Testing

@testable import Baton

/// The audit, the reconciler, the schedule, and acknowledging early.
@Suite struct JobServerRepairTests {
    private let world = World()

    private func enqueue() async throws -> JobID {
        try await world.client.enqueue(Script.Call(text: "")).id
    }

    private func held(at gate: Gate) -> Script {
        Script { text, _ in
            await gate.pass()
            try Task.checkCancellation()
            return text
        }
    }

    // MARK: Audit

    /// They are the job's own code, and may block.
    @Test func aJobsCancellationHandlersDoNotRunWhereClaimsAre() async throws {
        let seen = Shared<[Bool]>([])
        let gate = Gate()
        let server = try world.server(
            Script { _, _ in
                await withTaskCancellationHandler {
                    await gate.pass()
                } onCancel: {
                    seen.change { $0.append(OneThread.isHere) }
                }
                return ""
            }
        )
        try await world.run(server) {
            let id = try await world.client.enqueue(Script.Call(text: "")).id
            await gate.arrivals(reach: 1)
            try await world.client.delete(id)
            try await eventually("it is cancelled") { !seen.value.isEmpty }
            gate.open()
        }
        #expect(seen.value == [false])
    }

    @Test func aRowOfThisServerThatItDoesNotRunIsPutBackWithoutSpendingAnAttempt() async throws {
        try await world.run(world.server(Script())) {
            try await eventually("the server is there") { world.storage.read { $0.servers.count } == 1 }
            let id = Sample.id(1)
            world.storage.change { tables in
                var row = InMemoryTables.Row(
                    job: .sample(id),
                    state: .processing,
                    createdAt: Sample.date(0),
                    stateAt: Sample.date(0)
                )
                (row.generation, row.run, row.attempt) = (1, 1, 1)
                (row.owner, row.claim) = (tables.servers.keys.first, 999)
                tables.rows[id] = row
            }
            try await eventually("it runs") {
                try? await world.advance(by: .milliseconds(500))
                return world.storage.row(id)?.state == .succeeded
            }
            let row = try #require(world.storage.row(id))
            #expect(row.generation == 2 && row.run == 2 && row.attempt == 1)
            #expect(world.storage.counter(.repairedUnheld) == 1)
        }
    }

    @Test func aClaimUnderWayIsNotMistakenForARowThatNobodyRuns() async throws {
        let answer = world.storage.holdAnswer(.claim)
        try await world.run(world.server(Script())) {
            let id = try await enqueue()
            await answer.arrivals(reach: 1)
            try await world.advance(by: .seconds(7))
            answer.open()
            try await world.reach(.succeeded, id)
            #expect(world.storage.row(id)?.generation == 1)
            #expect(world.storage.calls(.putBackUnheld) == 0)
        }
    }

    @Test func aRunWhoseRowIsGoneIsCancelledEvenWhenTheWordIsLost() async throws {
        let gate = Gate()
        try await world.run(world.server(held(at: gate))) {
            let id = try await enqueue()
            await gate.arrivals(reach: 1)
            _ = try await world.storage.delete(id, reason: nil)
            try await eventually("the run ends") {
                try? await world.advance(by: .milliseconds(500))
                return world.broker.unsettledCount == 0
            }
            try await eventually("it is counted") { world.storage.counter(.cancelledLostRuns) == 1 }
            #expect(world.storage.row(id)?.state == .deleted)
        }
    }

    @Test func nothingIsRepairedWhereNothingFailed() async throws {
        try await world.run(world.server(Script())) {
            var jobs: [JobID] = []
            for _ in 0..<20 { jobs.append(try await enqueue()) }
            for id in jobs { try await world.reach(.succeeded, id) }
            try await world.advance(by: .seconds(60))
            #expect(world.broker.read(\.published).count == 20)
            #expect(world.storage.read { $0.counters.values.reduce(0, +) } == 0)
        }
    }

    // MARK: Long runs

    @Test func aLongRunIsAcknowledgedEarlyAndItsLeaseProtectsIt() async throws {
        let gate = Gate()
        try await world.run(world.server(held(at: gate))) {
            let id = try await enqueue()
            await gate.arrivals(reach: 1)
            try await world.advance(by: .seconds(299))
            #expect(world.broker.unsettledCount == 1)
            try await world.advance(by: .seconds(4))
            #expect(world.broker.unsettledCount == 0)
            #expect(world.storage.row(id)?.state == .processing)
            gate.open()
            try await world.reach(.succeeded, id)
            #expect(world.broker.read(\.acknowledged).count == 1)
        }
    }

    @Test func aLongRunThatIsNoLongerMineIsNotAcknowledgedEarly() async throws {
        let gate = Gate()
        let server = try world.server(
            // One thread: were the row claimed again by other ways, it would be mine again.
            concurrency: 1,
            Script { text, _ in
                // Does not heed that it is cancelled, and so keeps that thread.
                await Task { await gate.pass() }.value
                return text
            }
        )
        try await world.run(server) {
            let id = try await enqueue()
            await gate.arrivals(reach: 1)
            // The claim's commit was lost by the database.
            world.storage.change { tables in
                tables.rows[id]?.state = .enqueued
                tables.rows[id]?.owner = nil
                tables.rows[id]?.claim = nil
            }
            try await world.advance(by: .seconds(303))
            #expect(world.broker.read(\.acknowledged).isEmpty)
            gate.open()
        }
    }

    @Test func aDeliveryThatWaitsTooLongForAThreadIsGivenBack() async throws {
        let gate = Gate()
        try await world.run(world.server(concurrency: 1, held(at: gate))) {
            let first = try await enqueue()
            await gate.arrivals(reach: 1)
            let second = try await enqueue()
            try await world.advance(by: .seconds(303))
            #expect(world.broker.read(\.givenBack).map(\.id).contains(second))
            gate.open()
            try await world.reach(.succeeded, first)
            try await world.reach(.succeeded, second)
        }
    }

    // MARK: Unpublished

    @Test func aRowThatNobodyAnswersForIsPublishedAtTheSameGeneration() async throws {
        try await world.run(world.server(Script())) {
            let id = Sample.id(1)
            world.storage.change { tables in
                var row = InMemoryTables.Row(
                    job: .sample(id),
                    state: .enqueued,
                    createdAt: Sample.date(0),
                    stateAt: Sample.date(0)
                )
                row.generation = 1
                tables.rows[id] = row
            }
            try await eventually("it runs") {
                try? await world.advance(by: .seconds(1))
                return world.storage.row(id)?.state == .succeeded
            }
            #expect(world.storage.row(id)?.generation == 1)
            #expect(world.storage.counter(.repairedUnpublished) == 1)
        }
    }

    @Test func nothingIsTakenOverThatCannotBePublished() async throws {
        world.broker.goDown()
        try await world.run(world.server(Script())) {
            // Of a queue that no server here serves without messages.
            let options = JobOptions(queue: "elsewhere")
            let id = try await world.client.enqueue(Script.Call(text: ""), options: options).id
            try await world.advance(by: .seconds(60))
            #expect(world.storage.calls(.adoptUnpublished) == 0)
            world.broker.comeUp()
            try await eventually("it is published") {
                try? await world.advance(by: .seconds(1))
                return world.broker.read { $0.published.contains { $0.id == id } }
            }
        }
    }

    // MARK: Schedule

    @Test func aScheduledJobStartsWhenItIsDue() async throws {
        try await world.run(world.server(Script())) {
            try await world.advance(by: .seconds(1))
            let id = try await world.client.schedule(Script.Call(text: ""), in: .seconds(5)).id
            try await world.advance(by: .seconds(4.95))
            #expect(world.storage.row(id)?.state == .scheduled)
            try await world.advance(by: .seconds(0.06))
            try await world.reach(.succeeded, id)
            let entries = try #require(world.storage.row(id)).history
            #expect(entries.map(\.state) == [.scheduled, .enqueued, .processing, .succeeded])
        }
    }

    @Test func anEarlierJobIsNotHeldUpByALaterOne() async throws {
        try await world.run(world.server(Script())) {
            let late = try await world.client.schedule(Script.Call(text: ""), in: .seconds(9)).id
            let early = try await world.client.schedule(Script.Call(text: ""), in: .seconds(2)).id
            try await world.advance(by: .seconds(2.05))
            try await world.reach(.succeeded, early)
            #expect(world.storage.row(late)?.state == .scheduled)
        }
    }

    @Test func aJobScheduledByAnotherProcessIsFoundByItsWord() async throws {
        try await world.run(world.server(Script())) {
            try await world.listen()
            var job = NewJob.sample(Sample.id(1))
            job.start = .after(.seconds(3))
            _ = try await world.storage.insert([job], isRepeated: false)
            await world.broker.broadcast(.scheduled(dueIn: .seconds(3)))
            try await world.advance(by: .seconds(3.05))
            // The server looks by itself only after ten.
            try await world.reach(.succeeded, job.id, lettingPass: .seconds(4))
        }
    }

    @Test func moreJobsThanOneTransactionMovesAreAllPromoted() async throws {
        try await world.run(world.server(concurrency: 8, Script())) {
            try await world.listen()
            var jobs: [NewJob] = []
            for number in 0..<450 {
                var job = NewJob.sample(Sample.id(number))
                job.start = .after(.seconds(1))
                jobs.append(job)
            }
            _ = try await world.storage.insert(jobs, isRepeated: false)
            await world.broker.broadcast(.scheduled(dueIn: .seconds(1)))
            try await world.advance(by: .seconds(1.1))
            for job in jobs { try await world.reach(.succeeded, job.id, lettingPass: .seconds(2)) }
        }
    }

    @Test func aPromotionWhoseAnswerWasLostIsFoundByTheReconciler() async throws {
        try await world.run(world.server(Script())) {
            let id = try await world.client.schedule(Script.Call(text: ""), in: .seconds(5)).id
            try await world.advance(by: .seconds(4))
            world.storage.fail(.promoteDue, .lostAfterCommit)
            try await eventually("it runs") {
                try? await world.advance(by: .seconds(1))
                return world.storage.row(id)?.state == .succeeded
            }
            #expect(world.storage.row(id)?.generation == 1)
            #expect(world.storage.counter(.repairedUnpublished) == 1)
        }
    }

    /// Both wait for the same client's bell.
    @Test func twoServersOfOneProcessShareTheirClient() async throws {
        let (one, other) = (try world.server(Script()), try world.server(Script()))
        try await world.run(one, other) {
            try await world.advance(by: .seconds(1))
            let id = try await world.client.schedule(Script.Call(text: ""), in: .seconds(5)).id
            try await world.advance(by: .seconds(5.05))
            try await world.reach(.succeeded, id)
        }
    }
}

extension NewJob {
    /// A job of the script, as another process may have stored it.
    static func sample(_ id: JobID) -> NewJob {
        NewJob(
            id: id,
            name: "script",
            queue: "default",
            arguments: JSONText(#"{"text":""}"#),
            priority: 0,
            maximumAttempts: 10,
            timeout: nil,
            start: .after(.zero)
        )
    }
}
