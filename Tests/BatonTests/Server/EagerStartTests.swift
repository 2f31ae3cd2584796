import Testing

@testable import Baton

/// Jobs that start in the process that enqueues them, as they are stored (PROTOCOL move 7).
@Suite struct EagerStartTests {
    private let world = World()

    @Test func aJobStartsAsItIsStored() async throws {
        try await world.run(world.eagerServer()) {
            try await world.listenEagerly()
            let (claims, id) = (world.storage.calls(.claim), try await world.enqueueOne())
            try await world.reach(.succeeded, id)
            #expect(world.storage.states(id) == [.enqueued, .processing, .succeeded])
            let row = try #require(world.storage.row(id))
            #expect([row.generation, row.run, row.attempt] == [1, 1, 1])
            #expect(world.storage.calls(.claim) == claims && world.publishedCount == 0, "no message, no claim")
            try await world.expectAllSettled()
        }
    }

    @Test func storageAloneStartsJobsToo() async throws {
        let world = World(hasTransport: false)
        try await world.run(world.eagerServer()) {
            try await world.listenEagerly()
            let id = try await world.enqueueOne()
            try await world.reach(.succeeded, id)
            #expect(world.storage.row(id)?.run == 1)
        }
    }

    @Test func whatIsMoreGoesThroughTheQueue() async throws {
        let gate = Gate()
        let script = Script { text, _ in
            await gate.pass()
            return text
        }
        try await world.run(world.eagerServer(eagerStarts: 3, script)) {
            try await world.listenEagerly(through: gate)
            let first = [try await world.enqueueOne(), try await world.enqueueOne()]
            await gate.arrivals(reach: 3)
            #expect(world.publishedCount == 0)
            let third = try await world.enqueueOne()
            await gate.arrivals(reach: 4)
            #expect(world.publishedCount == 1, "three run, so the next goes there, although a thread is free")
            gate.open()
            for id in first + [third] { try await world.reach(.succeeded, id) }
        }
    }

    @Test func aBulkThatIsTooLargeGoesThroughTheQueueAsAWhole() async throws {
        try await world.run(world.eagerServer(eagerStarts: 2)) {
            try await world.listenEagerly()
            let small = try await world.enqueue(2)
            for id in small { try await world.reach(.succeeded, id) }
            #expect(world.publishedCount == 0)
            let large = try await world.enqueue(3)
            for id in large { try await world.reach(.succeeded, id) }
            #expect(world.publishedCount == 3)
            try await world.expectAllSettled()
        }
    }

    /// Of everything that speaks against it, each alone.
    @Test func whatAnotherMustRunGoesThroughTheQueue() async throws {
        try await world.run(world.eagerServer()) {
            try await world.listenEagerly()
            #expect(world.startsEagerly(.script()))
            #expect(!world.startsEagerly(.script(name: Stranger.name)), "a job that the server does not know")
            #expect(!world.startsEagerly(.script(queue: "elsewhere")), "a queue that it does not serve")
            #expect(!world.startsEagerly(.script(.after(.seconds(5)))), "a job that is not ready")
            #expect(!world.startsEagerly(.script(), .script(name: Stranger.name)), "one of several")
            try await world.client.queues.pause("default")
            try await eventually("the pause is heeded") { !world.startsEagerly(.script()) }
            let (eager, paused) = (world.storage.calls(.eagerInsert), try await world.enqueueOne())
            #expect(world.storage.states(paused) == [.enqueued])
            try await world.client.queues.resume("default")
            try await world.reach(.succeeded, paused)
            let given = JobID(world.client.environment.makeUUID())
            try await world.client.enqueue(Script.Call(text: ""), id: given)
            try await world.reach(.succeeded, given)
            #expect(world.storage.calls(.eagerInsert) == eager, "its id may be stored already")
        }
    }

    @Test func noneStartsWhereItIsTurnedOff() async throws {
        try await world.run(world.eagerServer(eagerStarts: 0)) {
            try await world.listen()
            #expect(world.storage.calls(.eagerInsert) == 0 && world.publishedCount == 1)
        }
    }

    // MARK: The table

    @Test func whatWaitsComesFirst() {
        let now = JobInstant(offset: .zero)
        var table = RunTable(concurrency: 4)
        func begins(_ claim: Int64, of count: Int, limit: Int = 4) -> Bool {
            table.beginEagerStart(claim, of: count, queues: ["default"], limit: limit)
        }
        #expect(!begins(1, of: 1), "not before it serves")
        table.beginServing()
        #expect(begins(2, of: 4))
        #expect(!begins(3, of: 1), "all threads are held")
        _ = table.endIntake(2)
        #expect(!begins(4, of: 5, limit: 9), "more than there are threads")
        _ = table.receive([Sample.delivery(1, tag: 1)], at: now)
        #expect(!begins(5, of: 1), "a delivery waits")
        let claimed = table.takeClaimable(at: now)
        #expect(claimed.count == 1)
        #expect(begins(6, of: 3), "it waits no more")
        #expect(!begins(7, of: 1), "three, and the one that is being claimed")
        _ = table.endIntake(6)
        table.hasBacklog = true
        #expect(!begins(8, of: 1), "others wait in storage")
        table.hasBacklog = false
        #expect(begins(9, of: 1))
        table.endServing()
        table.beginServing()
        #expect(!begins(10, of: 1), "not after it has ended")
    }
}
