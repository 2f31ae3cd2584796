import Testing

@testable import Baton

/// Client and server without a transport: the same states and semantics, from storage alone.
@Suite struct StorageAloneTests {
    private let world = World(hasTransport: false)

    private func enqueue(_ text: String = "") async throws -> JobID {
        try await world.client.enqueue(Script.Call(text: text)).id
    }

    private func held(at gate: Gate) -> Script {
        Script { text, _ in
            await gate.pass()
            try Task.checkCancellation()
            return text
        }
    }

    @Test func jobsRunWithoutMarksSessionsAndMessages() async throws {
        let hasConsumed = Shared(false)
        let server = try JobServer(
            world.client,
            logger: World.logger,
            onConsuming: { _ in hasConsumed.change { $0 = true } }
        ) {
            Script()
        }
        try await world.run(server) {
            var jobs = [try await enqueue()]
            jobs += try await world.client.enqueue(contentsOf: (0..<300).map { Script.Call(text: "\($0)") }).map(\.id)
            for id in jobs { try await world.reach(.succeeded, id) }
            #expect(world.storage.states(jobs[0]) == [.enqueued, .processing, .succeeded])
        }
        #expect(hasConsumed.value)
        #expect(world.storage.calls(.openSession) == 0 && world.storage.calls(.claim) == 0)
        #expect(world.storage.read { $0.rows.values.allSatisfy { $0.generation == 1 && $0.run == 1 } })
        #expect(world.broker.read { $0.published.isEmpty && $0.words.isEmpty })
        #expect(world.broker.inner.read { $0.channels.isEmpty })
    }

    /// Time stands still, so nothing but the sign can have woken the server.
    @Test func anIdleServerIsWoken() async throws {
        try await world.run(world.server(Script())) {
            for _ in 0..<5 {
                try await eventually("it waits") { world.storage.waiterCount == 1 }
                try await world.reach(.succeeded, enqueue())
            }
        }
        #expect(world.clock.now == JobInstant(offset: .zero))
    }

    @Test func whatNobodyTellsOfIsFoundAllTheSame() async throws {
        try await world.run(world.server(Script())) {
            try await eventually("it waits") { world.storage.waiterCount == 1 }
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
            // As long as jobs wait where nobody can listen.
            try await world.advance(by: .seconds(5))
            try await world.reach(.succeeded, id)
        }
    }

    /// Nothing asks again and again: an hour of idleness costs what heartbeat, reconciler, schedule and poll cost.
    @Test func anIdleServerHardlyAsks() async throws {
        try await world.run(world.server(Script())) {
            try await world.advance(by: .seconds(20))
            let (before, looks) = (world.storage.callCount, world.storage.calls(.claimWaiting))
            try await world.advance(by: .seconds(100))
            #expect(world.storage.calls(.claimWaiting) - looks <= 21)
            // A heartbeat and a promotion are two statements each.
            #expect(world.storage.callCount - before < 150)
        }
    }

    @Test func noMoreRunThanThereAreThreads() async throws {
        let gate = Gate()
        try await world.run(world.server(concurrency: 3, held(at: gate))) {
            var jobs: [JobID] = []
            for number in 0..<10 { jobs.append(try await enqueue("\(number)")) }
            await gate.arrivals(reach: 3)
            try await world.settle()
            #expect(world.storage.read { $0.rows.values.count { $0.state == .processing } } == 3)
            gate.open()
            for id in jobs { try await world.reach(.succeeded, id) }
        }
        #expect(world.clock.now == JobInstant(offset: .zero), "a free thread takes the next job at once")
    }

    @Test func aScheduledJobRunsWhenItIsDue() async throws {
        try await world.run(world.server(Script())) {
            let id = try await world.client.schedule(Script.Call(text: ""), in: .seconds(3)).id
            try await world.advance(by: .seconds(2.9))
            #expect(world.storage.row(id)?.state == .scheduled)
            try await world.advance(by: .seconds(0.2))
            try await world.reach(.succeeded, id)
            #expect(world.storage.states(id) == [.scheduled, .enqueued, .processing, .succeeded])
        }
    }

    /// Both are told: the one that is held up keeps nothing from the other.
    @Test func eachOfTwoServersOfAClientHearsOfWhatIsScheduled() async throws {
        try await world.run(world.server(Script()), world.server(Script())) {
            try await eventually("both have looked") { world.storage.calls(.promoteDue) >= 2 }
            try await world.settle()
            let held = world.storage.holdBefore(.promoteDue)
            let id = try await world.client.schedule(Script.Call(text: ""), in: .seconds(1)).id
            try await world.advance(by: .seconds(1.5))
            try await world.reach(.succeeded, id)
            held.open()
        }
    }

    @Test func aFailedJobIsTriedAgain() async throws {
        let script = Script { text, context in
            if context.attempt < 3 { throw Misfortune() }
            return text
        }
        try await world.run(world.server(configure: { $0.retryPolicy = RetryPolicy { _, _ in .seconds(1) } }, script)) {
            let id = try await enqueue()
            try await eventually("it succeeds") {
                try? await world.advance(by: .seconds(1))
                return world.storage.row(id)?.state == .succeeded
            }
            #expect(world.storage.row(id)?.attempt == 3)
        }
    }

    @Test func aDeletedJobIsCancelledAtTheNextHeartbeat() async throws {
        let gate = Gate()
        try await world.run(world.server(held(at: gate))) {
            let id = try await enqueue()
            await gate.arrivals(reach: 1)
            try await world.client.delete(id)
            try await eventually("it is counted") {
                try? await world.advance(by: .milliseconds(500))
                return world.storage.counter(.cancelledLostRuns) == 1
            }
            #expect(world.storage.row(id)?.state == .deleted)
        }
    }

    @Test func jobsThatTheServerDoesNotKnowHoldUpNone() async throws {
        try await world.run(world.server(Script())) {
            let stranger = try await world.client.enqueue(Stranger()).id
            for _ in 0..<20 { try await world.reach(.succeeded, enqueue()) }
            #expect(world.storage.row(stranger)?.state == .enqueued)
        }
    }

    @Test func aStoppingServerLeavesWhatWaitsAndPutsBackWhatRuns() async throws {
        let gate = Gate()
        let server = try world.server(
            concurrency: 1,
            configure: { $0.shutdownTimeout = .seconds(1) },
            held(at: gate)
        )
        var jobs: [JobID] = []
        try await world.serve(server) { running in
            for number in 0..<3 { jobs.append(try await enqueue("\(number)")) }
            await gate.arrivals(reach: 1)
            await running.stop()
            try await eventually("it ends") {
                try? await world.advance(by: .milliseconds(500))
                return running.hasEnded
            }
        }
        let rows = jobs.compactMap { world.storage.row($0) }
        #expect(rows.map(\.attempt) == [0, 0, 0])
        // Put back and due at once: moved by the server that leaves, for nobody else has heard of it.
        #expect(rows.map(\.state) == [.enqueued, .enqueued, .enqueued])
        #expect(rows.map(\.generation).sorted() == [1, 1, 2])
        #expect(world.storage.read { $0.servers.isEmpty })
    }

    // MARK: Faults

    /// The rows that a lost answer has claimed are put back by the audit, and claimed again under another fence.
    @Test(arguments: [FakeStorage.Fault.lostAfterCommit, .lostBeforeCommit, .unavailable])
    func aClaimWhoseAnswerIsLostLosesNoJob(_ fault: FakeStorage.Fault) async throws {
        try await world.run(world.server(Script())) {
            world.storage.fail(.claimWaiting, fault, fault)
            let id = try await enqueue()
            try await eventually("it runs") {
                try? await world.advance(by: .milliseconds(500))
                return world.storage.row(id)?.state == .succeeded
            }
            #expect(world.storage.row(id)?.attempt == 1)
        }
    }

    @Test func aClaimUnderWayIsNotMistakenForARowThatNobodyRuns() async throws {
        try await world.run(world.server(Script())) {
            try await eventually("it waits") { world.storage.waiterCount == 1 }
            let answer = world.storage.holdAnswer(.claimWaiting)
            let id = try await enqueue()
            await answer.arrivals(reach: 1)
            try await world.advance(by: .seconds(7))
            answer.open()
            try await world.reach(.succeeded, id)
            #expect(world.storage.row(id)?.generation == 1)
            #expect(world.storage.calls(.putBackUnheld) == 0)
        }
    }

    @Test func aServerThatIsCertifiedDeadGoesOnUnderAnotherEpoch() async throws {
        try await world.run(world.server(Script())) {
            try await world.reach(.succeeded, enqueue())
            world.storage.change { tables in
                for epoch in tables.servers.keys { tables.servers[epoch]?.isDead = true }
            }
            let id = try await enqueue()
            try await eventually("it runs") {
                try? await world.advance(by: .milliseconds(500))
                return world.storage.row(id)?.state == .succeeded
            }
        }
    }

    @Test func storageThatComesBackFindsItsServer() async throws {
        try await world.run(world.server(Script())) {
            try await world.reach(.succeeded, enqueue())
            let id = try await enqueue()
            world.storage.isDown = true
            try await world.advance(by: .seconds(10))
            world.storage.isDown = false
            try await eventually("it runs") {
                try? await world.advance(by: .milliseconds(500))
                return world.storage.row(id)?.state == .succeeded
            }
        }
    }

    /// Nobody could publish them, and nobody has to.
    @Test func rowsWithoutAMarkAreNoFaultHere() async throws {
        let gate = Gate()
        try await world.run(world.server(concurrency: 1, held(at: gate))) {
            for number in 0..<3 { _ = try await enqueue("\(number)") }
            await gate.arrivals(reach: 1)
            try await world.advance(by: .seconds(60))
            #expect(world.storage.calls(.adoptUnpublished) == 0)
            gate.open()
        }
    }
}
