import Testing

@testable import Baton

/// Many jobs due at once, and those that are enqueued after them.
@Suite struct PromotionPaceTests {
    @Test(arguments: [true, false])
    func whatIsEnqueuedStartsBeforeMostOfWhatIsDue(hasTransport: Bool) async throws {
        let world = World(hasTransport: hasTransport)
        let gate = Gate()
        let started = Shared<[String]>([])
        let script = Script { text, _ in
            started.change { $0.append(text) }
            await gate.pass()
            return text
        }
        try await world.run(world.server(concurrency: 4, script)) {
            var jobs: [JobID] = []
            for _ in 0..<400 {
                jobs.append(try await world.client.schedule(Script.Call(text: "due"), in: .seconds(1)).id)
            }
            try await world.advance(by: .seconds(1.5))
            await gate.arrivals(reach: 4)
            try await world.settle()
            let promoted = world.storage.read { $0.rows.values.count { $0.state != .scheduled } }
            #expect(promoted < 40, "while four run and none ends")
            for _ in 0..<10 {
                jobs.append(try await world.client.enqueue(Script.Call(text: "fresh")).id)
            }
            let now = world.clock.now
            gate.open()
            for id in jobs { try await world.reach(.succeeded, id) }
            #expect(world.clock.now == now, "claims alone have driven it")
            let last = try #require(started.value.lastIndex(of: "fresh"))
            #expect(last < 100)
            #expect(started.value.count == 410)
            #expect(world.storage.read { $0.rows.values.allSatisfy { $0.generation == 1 && $0.run == 1 } })
        }
    }

    /// Of two servers one has no free thread and holds what it has promoted; the other's claims make room.
    @Test func claimsOfAnotherServerMakeRoom() async throws {
        let world = World()
        let script = Script()
        try await world.run(world.server(script), world.server(script)) {
            var jobs: [JobID] = []
            for _ in 0..<200 {
                jobs.append(try await world.client.schedule(Script.Call(text: ""), in: .seconds(1)).id)
            }
            try await world.advance(by: .seconds(1))
            try await eventually("all have run") {
                try? await world.advance(by: .milliseconds(50))
                return jobs.allSatisfy { world.storage.row($0)?.state == .succeeded }
            }
            #expect(world.storage.read { $0.rows.values.allSatisfy { $0.run == 1 } })
        }
    }

    /// What nobody serves costs a look now and then, and keeps nothing else from its time.
    @Test func aQueueThatNobodyServesHoldsNothingElseBack() async throws {
        let world = World()
        try await world.run(world.server(Script())) {
            for _ in 0..<60 {
                let options = JobOptions(queue: "nobody")
                try await world.client.schedule(Script.Call(text: ""), in: .seconds(1), options: options)
            }
            let job = try await world.client.schedule(Script.Call(text: ""), in: .seconds(2)).id
            try await world.advance(by: .seconds(1.5))
            let promoted = { world.storage.read { $0.rows.values.count { $0.state == .enqueued } } }
            try await eventually("some of them are promoted") { promoted() > 0 }
            #expect(promoted() < 60)
            try await world.advance(by: .seconds(1))
            try await world.reach(.succeeded, job)
            try await eventually("none waits for ever") {
                try? await world.advance(by: .seconds(5))
                return promoted() == 60
            }
        }
    }
}
