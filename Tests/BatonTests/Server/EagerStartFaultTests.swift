import Testing

@testable import Baton

/// What becomes of eager starts when an answer is lost, a server stops or dies, or somebody looks in between.
@Suite struct EagerStartFaultTests {
    private let world = World()

    /// The row is there, and nobody runs it: the repeat finds it, and no audit is needed.
    @Test func aLostAnswerRunsTheJobOnce() async throws {
        let runs = Shared(0)
        let script = Script { text, _ in
            runs.change { $0 += 1 }
            return text
        }
        try await world.run(world.eagerServer(heartbeatInterval: .seconds(100_000), script)) {
            try await world.listenEagerly()
            let (before, beats) = (runs.value, world.storage.calls(.heartbeat))
            world.storage.fail(.eagerInsert, .lostAfterCommit)
            let call = Task { try await world.enqueueOne() }
            let id = try await world.end(of: call)
            try await world.reach(.succeeded, id, lettingPass: .seconds(30))
            try await world.settle()
            #expect(runs.value == before + 1 && world.storage.completions(of: id) == 1)
            #expect(world.storage.calls(.heartbeat) == beats)
            try await world.expectAllSettled()
        }
    }

    /// Without messages nothing else could find it.
    @Test func storageAloneMendsALostAnswerToo() async throws {
        let world = World(hasTransport: false)
        try await world.run(world.eagerServer(heartbeatInterval: .seconds(100_000))) {
            try await world.listenEagerly()
            let beats = world.storage.calls(.heartbeat)
            world.storage.fail(.eagerInsert, .lostAfterCommit)
            let call = Task { try await world.enqueueOne() }
            let id = try await world.end(of: call)
            try await world.reach(.succeeded, id, lettingPass: .seconds(30))
            #expect(world.storage.row(id)?.run == 2 && world.storage.row(id)?.generation == 2, "it was put back")
            #expect(world.storage.calls(.heartbeat) == beats)
        }
    }

    /// The caller gives up, and no message comes: the audit finds it.
    @Test func aRowThatNobodyRunsIsPutBack() async throws {
        try await world.run(world.eagerServer()) {
            try await world.listenEagerly()
            world.storage.fail(.eagerInsert, .lostAfterCommit)
            world.storage.fail(.insert, .refused)
            let call = Task { try await world.enqueueOne() }
            let error = await #expect(throws: JobStorageError.self) { try await world.end(of: call) }
            #expect(error?.code == .outcomeUnknown, "a later certain failure says nothing of the first")
            #expect(world.storage.calls(.insert) == 1)
            try await eventually("it has run") {
                try? await world.advance(by: .seconds(1))
                return world.storage.read { tables in
                    tables.rows.values.count == 2 && tables.rows.values.allSatisfy { $0.state == .succeeded }
                }
            }
            #expect(world.storage.read { $0.rows.values.map(\.generation).sorted() } == [1, 2])
        }
    }

    @Test func whatIsCertainlyNotStoredGoesThroughTheQueue() async throws {
        try await world.run(world.eagerServer()) {
            try await world.listenEagerly()
            world.storage.fail(.eagerInsert, .unavailable)
            let call = Task { try await world.enqueueOne() }
            let id = try await world.end(of: call)
            try await world.reach(.succeeded, id)
            #expect(world.publishedCount == 1 && world.storage.calls(.putBackUnheld) == 0)
            // The threads that were held for it are free again.
            #expect(world.startsEagerly(.script(), .script()))
        }
    }

    /// A heartbeat sees the row before its client has heard of it.
    @Test func anAuditLeavesWhatIsAboutToBegin() async throws {
        try await world.run(world.eagerServer()) {
            try await world.listenEagerly()
            let gate = world.storage.holdAnswer(.eagerInsert)
            let call = Task { try await world.enqueueOne() }
            await gate.arrivals(reach: 1)
            let beats = world.storage.calls(.heartbeat)
            try await eventually("it has looked") {
                try? await world.advance(by: .seconds(1))
                return world.storage.calls(.heartbeat) > beats + 1
            }
            gate.open()
            let id = try await call.value
            try await world.reach(.succeeded, id)
            #expect(world.storage.row(id)?.run == 1 && world.storage.calls(.putBackUnheld) == 0)
        }
    }

    /// The row is the reaper's by then.
    @Test func whatWasStoredForAnEpochThatIsDeadNowEnds() async throws {
        let ended = Shared(0)
        let script = Script { text, context in
            // Another server's run of it, or this one's under its next epoch, comes to its end.
            if text == "late", context.run == 1 { try await Task.sleep(for: .seconds(1_000)) }
            if text == "late", context.run == 1 { ended.change { $0 += 1 } }
            return text
        }
        try await world.run(world.eagerServer(script)) {
            try await world.listenEagerly()
            let gate = world.storage.holdAnswer(.eagerInsert)
            let call = Task { try await world.enqueueOne("late") }
            await gate.arrivals(reach: 1)
            let dead = world.storage.read { Set($0.servers.keys) }
            world.storage.change { tables in
                for epoch in dead { tables.servers[epoch]?.isDead = true }
            }
            try await eventually("it goes on under another epoch") {
                try? await world.advance(by: .seconds(1))
                return world.storage.read { $0.servers.values.contains { !$0.isDead } }
            }
            gate.open()
            _ = try await call.value
            try await eventually("its thread is free") { world.startsEagerly(.script(), .script()) }
            #expect(ended.value == 0, "it was cancelled")
        }
    }

    /// Nobody would store its end: the lease ends the claim.
    @Test func nothingBeginsOnceTheServerIsOver() async throws {
        let begun = Shared(0)
        let script = Script { text, _ in
            begun.change { $0 += 1 }
            return text
        }
        try await world.run {
            let server = try world.eagerServer(script)
            let life = Task { try await server.run() }
            try await world.listenEagerly()
            let gate = world.storage.holdAnswer(.eagerInsert)
            let call = Task { try await world.enqueueOne() }
            await gate.arrivals(reach: 1)
            life.cancel()
            _ = await life.result
            gate.open()
            let id = try await call.value
            try await world.settle()
            #expect(begun.value == 1 && world.storage.states(id) == [.enqueued, .processing])
            #expect(!world.startsEagerly(.script()))
        }
    }

    @Test func ofTwoServersTheOneWithRoomStartsIt() async throws {
        let gate = Gate()
        let script = Script { text, _ in
            await gate.pass()
            return text
        }
        try await world.run(world.eagerServer(eagerStarts: 1, script), world.eagerServer(eagerStarts: 1, script)) {
            try await eventually("both serve") {
                let ends = (0..<2).map { _ in world.client.localServers.eagerStart(of: [.script()]) }
                for start in ends { start?.cancel() }
                return ends.allSatisfy { $0 != nil }
            }
            let ids = [try await world.enqueueOne(), try await world.enqueueOne(), try await world.enqueueOne()]
            await gate.arrivals(reach: 3)
            #expect(world.publishedCount == 1, "each has one, and the third goes through the queue")
            #expect(Set(ids.prefix(2).map { world.storage.row($0)?.owner }).count == 2)
            gate.open()
            for id in ids { try await world.reach(.succeeded, id) }
        }
    }

    @Test func aServerThatIsCertifiedDeadStartsNothing() async throws {
        try await world.run(world.eagerServer()) {
            try await world.listenEagerly()
            world.storage.change { tables in
                for epoch in tables.servers.keys { tables.servers[epoch]?.isDead = true }
            }
            let id = try await world.enqueueOne()
            try await world.reach(.succeeded, id, lettingPass: .seconds(30))
            #expect(world.storage.calls(.eagerInsert) == 2 && world.publishedCount == 1)
            #expect(world.storage.row(id)?.run == 1)
        }
    }

    /// It stops while the insert is under way: what comes of it is put back, for others.
    @Test func whatIsStoredWhileTheServerStopsIsPutBack() async throws {
        try await world.serve(world.eagerServer()) { running in
            try await world.listenEagerly()
            let gate = world.storage.holdAnswer(.eagerInsert)
            let call = Task { try await world.enqueueOne() }
            await gate.arrivals(reach: 1)
            await running.stop()
            try await eventually("it takes no more") {
                !world.startsEagerly(.script())
            }
            gate.open()
            let id = try await call.value
            try await eventually("the server ends") { running.hasEnded }
            #expect(world.storage.states(id).prefix(3) == [.enqueued, .processing, .scheduled])
            #expect(world.storage.row(id)?.run == 1 && world.storage.row(id)?.attempt == 0, "no attempt is spent")
            let starts = world.storage.calls(.eagerInsert)
            let next = try await world.enqueueOne()
            #expect(world.storage.states(next) == [.enqueued] && world.storage.calls(.eagerInsert) == starts)
        }
    }
}
