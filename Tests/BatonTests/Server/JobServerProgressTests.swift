import Testing

@testable import Baton

/// What runs say of their progress, and the ends that follow.
@Suite struct JobServerProgressTests {
    private let world = World()

    private func enqueue() async throws -> JobID {
        try await world.client.enqueue(Script.Call(text: "")).id
    }

    @Test func anEndWaitsForTheLastWordThatIsBeingStored() async throws {
        let held = world.storage.holdBefore(.saveProgress)
        let gate = Gate()
        let server = try world.server(
            Script { text, context in
                context.reportProgress(1, "done")
                await gate.pass()
                return text
            }
        )
        try await world.run(server) {
            let id = try await enqueue()
            await held.arrivals(reach: 1)
            gate.open()
            try await world.settle()
            #expect(world.storage.calls(.complete) == 0)
            held.open()
            try await world.reach(.succeeded, id)
            #expect(world.storage.row(id)?.progress == JobProgress(1, "done"))
            #expect(world.storage.calls(.saveProgress) == 1)
        }
    }

    @Test func aWordThatIsStoredLateDoesNotTakeThePlaceOfTheLast() async throws {
        let held = world.storage.holdBefore(.saveProgress)
        let gate = Gate()
        let server = try world.server(
            Script { text, context in
                context.reportProgress(0.1, "begun")
                await gate.pass()
                context.reportProgress(1, "done")
                return text
            }
        )
        try await world.run(server) {
            let id = try await enqueue()
            await held.arrivals(reach: 1)
            gate.open()
            try await world.settle()
            #expect(world.storage.calls(.saveProgress) == 1, "one at a time")
            held.open()
            try await world.reach(.succeeded, id)
            #expect(world.storage.row(id)?.progress == JobProgress(1, "done"))
        }
    }

    @Test func aWriteThatStandsStillHoldsUpOneEndForAMomentAndNoOther() async throws {
        let held = world.storage.holdBefore(.saveProgress)
        let server = try world.server(
            Script { text, context in
                context.reportProgress(0.5, "half")
                return text
            }
        )
        try await world.run(server) {
            let first = try await enqueue()
            await held.arrivals(reach: 1)
            try await eventually("it ends without its progress") {
                try? await world.advance(by: .milliseconds(600))
                return world.storage.row(first)?.state == .succeeded
            }
            let second = try await enqueue()
            try await world.reach(.succeeded, second)
            #expect(world.storage.calls(.saveProgress) == 1)
            held.open()
            try await eventually("progress is stored again") {
                guard let id = try? await enqueue() else { return false }
                try? await world.reach(.succeeded, id)
                return world.storage.row(id)?.progress == JobProgress(0.5, "half")
            }
        }
    }
}
