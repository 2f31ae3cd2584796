import Testing

@testable import Baton

/// Queues that are paused, everywhere or on one server, and what goes on meanwhile.
@Suite struct PausingTests {
    private let world = World()

    private func server(
        named name: String = "a",
        queues: [String] = ["default", "mail"],
        concurrency: Int = 1,
        in world: World? = nil,
        _ script: Script = Script()
    ) throws -> JobServer {
        var configuration = JobServerConfiguration()
        configuration.name = name
        configuration.concurrency = concurrency
        configuration.lookAhead = concurrency
        configuration.lease = .seconds(1_000_000)
        configuration.eagerStarts = 0
        let client = (world ?? self.world).client
        return try JobServer(client, queues: queues, configuration: configuration, logger: World.logger) { script }
    }

    private func enqueue(_ text: String = "", queue: String = "mail", in world: World? = nil) async throws -> JobID {
        try await (world ?? self.world).client.enqueue(
            Script.Call(text: text),
            options: JobOptions(queue: queue)
        ).id
    }

    /// Waits until so many consumers leave exactly these queues alone.
    private func heeded(_ queues: Set<String>, by count: Int = 1) async throws {
        try await eventually("\(count) leave \(queues.sorted()) alone") {
            world.broker.inner.read { $0.channels.values.count { $0.isAnnounced && $0.paused == queues } } == count
        }
    }

    // MARK: With a broker

    /// Time stands still, so nothing but the word can have told the server.
    @Test func aPausedQueueIsLeftAloneAndOthersGoOn() async throws {
        try await world.run(server()) {
            try await world.listen()
            let pause = try await world.client.queues.pause("mail", reason: "it moves")
            #expect(pause.reason == "it moves" && pause.server == nil)
            try await heeded(["mail"])
            let (waiting, other) = (try await enqueue(), try await enqueue(queue: "default"))
            try await world.reach(.succeeded, other)
            try await world.settle()
            #expect(world.storage.states(waiting) == [.enqueued])
            #expect(world.broker.inner.read { $0.waiting(in: "mail").map(\.id) } == [waiting])
            #expect(try await world.client.queues.resume("mail"))
            try await world.reach(.succeeded, waiting)
            #expect(world.storage.row(waiting)?.run == 1)
        }
        #expect(world.clock.now == JobInstant(offset: .zero))
    }

    @Test func whatWaitsForAThreadIsGivenBackAndWhatRunsGoesOn() async throws {
        let gate = Gate()
        let script = Script { text, _ in
            if text == "held" { await gate.pass() }
            return text
        }
        try await world.run(server(script)) {
            let running = try await enqueue("held")
            await gate.arrivals(reach: 1)
            let waiting = [try await enqueue(), try await enqueue(), try await enqueue()]
            try await eventually("one of them waits here") { world.broker.inner.unsettledCount == 2 }
            try await world.client.queues.pause("mail")
            try await eventually("it is given back") { world.broker.read { $0.givenBack.count } == 1 }
            #expect(world.broker.inner.depth == 3, "it does not come again")
            gate.open()
            try await world.reach(.succeeded, running)
            try await world.settle()
            #expect(waiting.allSatisfy { world.storage.states($0) == [.enqueued] })
            #expect(world.broker.read { $0.givenBack.count } == 1)
            try await world.client.queues.resume("mail")
            for id in waiting { try await world.reach(.succeeded, id) }
        }
    }

    @Test func aServerThatIsStartedMeanwhileHeedsItFromTheBeginning() async throws {
        _ = try await world.storage.inner.pauseQueue("mail", on: nil, reason: nil)
        _ = try await world.storage.inner.pauseQueue("default", on: "a", reason: nil)
        try await world.run(server()) {
            let jobs = [try await enqueue(), try await enqueue(queue: "default")]
            try await heeded(["default", "mail"])
            try await world.advance(by: .seconds(60))
            #expect(jobs.allSatisfy { world.storage.states($0) == [.enqueued] })
            #expect(world.storage.calls(.claim) == 0 && world.broker.inner.unsettledCount == 0)
            try await world.client.queues.resume("mail")
            try await world.reach(.succeeded, jobs[0])
            #expect(world.storage.states(jobs[1]) == [.enqueued])
            try await world.client.queues.resume("default", on: "a")
            try await world.reach(.succeeded, jobs[1])
        }
    }

    @Test func aPauseOfOneServerLeavesTheOther() async throws {
        let ran = Shared<[String]>([])
        func script(_ name: String) -> Script {
            Script { text, _ in
                ran.change { $0.append(name) }
                return text
            }
        }
        try await world.client.queues.pause("mail", on: "a")
        try await world.run(server(named: "a", script("a")), server(named: "b", script("b"))) {
            try await heeded(["mail"])
            try await heeded([])
            var jobs: [JobID] = []
            for _ in 0..<10 { jobs.append(try await enqueue()) }
            for id in jobs { try await world.reach(.succeeded, id) }
            #expect(Set(ran.value) == ["b"])
            // That of every server stands beside it.
            try await world.client.queues.pause("mail")
            try await world.client.queues.resume("mail", on: "a")
            try await heeded(["mail"], by: 2)
            let last = try await enqueue()
            try await world.settle()
            #expect(world.storage.states(last) == [.enqueued])
            try await world.client.queues.resume("mail")
            try await world.reach(.succeeded, last)
        }
    }

    /// The word is lost: the next heartbeat tells.
    @Test func aHeartbeatTells() async throws {
        try await world.run(server()) {
            try await world.listen()
            _ = try await world.storage.inner.pauseQueue("mail", on: nil, reason: nil)
            try await world.advance(by: .seconds(4))
            try await heeded(["mail"])
            let id = try await enqueue()
            _ = try await world.storage.inner.resumeQueue("mail", on: nil)
            try await world.reach(.succeeded, id, lettingPass: .seconds(60))
        }
    }

    @Test func aPauseOutlivesTheConnection() async throws {
        try await world.run(server()) {
            try await world.listen()
            try await world.client.queues.pause("mail")
            try await heeded(["mail"])
            world.broker.inner.cut()
            try await heeded(["mail"])
            let id = try await enqueue()
            try await world.listen()
            #expect(world.storage.states(id) == [.enqueued])
            try await world.client.queues.resume("mail")
            try await world.reach(.succeeded, id)
        }
    }

    @Test func whatIsDueStaysWhereItIsAndTakesNoOthersShare() async throws {
        try await world.run(server()) {
            try await world.client.queues.pause("mail")
            try await heeded(["mail"])
            let call = Script.Call(text: "")
            var held: [JobID] = []
            for _ in 0..<300 {
                let options = JobOptions(queue: "mail")
                held.append(try await world.client.schedule(call, in: .seconds(1), options: options).id)
            }
            let other = try await world.client.schedule(call, in: .seconds(2)).id
            try await world.advance(by: .seconds(3))
            try await world.reach(.succeeded, other)
            #expect(held.allSatisfy { world.storage.states($0) == [.scheduled] })
            let before = world.storage.calls(.promoteDue)
            try await world.advance(by: .seconds(60))
            #expect(world.storage.calls(.promoteDue) - before < 20, "nothing asks again and again")
            try await world.client.queues.resume("mail")
            for id in held { try await world.reach(.succeeded, id, lettingPass: .seconds(60)) }
        }
    }

    // MARK: Without a broker

    @Test func storageAloneIsPausedJustSo() async throws {
        let alone = World(hasTransport: false)
        try await alone.run(server(in: alone)) {
            try await alone.client.queues.pause("mail")
            // Each heartbeat but the last has been answered.
            try await eventually("the server has been told") {
                try? await alone.advance(by: .seconds(2))
                return alone.storage.calls(.heartbeat) >= 4
            }
            let (waiting, other) = (
                try await enqueue(in: alone), try await enqueue(queue: "default", in: alone)
            )
            try await alone.reach(.succeeded, other)
            try await alone.settle()
            #expect(alone.storage.states(waiting) == [.enqueued])
            let now = alone.clock.now
            try await alone.client.queues.resume("mail")
            try await alone.reach(.succeeded, waiting)
            #expect(alone.clock.now == now, "a resume ends the wait for other work")
        }
    }

    @Test func whereAllIsPausedNothingIsAsked() async throws {
        let alone = World(hasTransport: false)
        for queue in ["default", "mail"] {
            _ = try await alone.storage.inner.pauseQueue(queue, on: nil, reason: nil)
        }
        try await alone.run(server(in: alone)) {
            let id = try await enqueue(in: alone)
            try await alone.advance(by: .seconds(60))
            #expect(alone.storage.calls(.claimWaiting) == 0 && alone.storage.calls(.waitForWork) == 0)
            try await alone.client.queues.resume("mail")
            try await alone.reach(.succeeded, id)
        }
    }
}
