import Testing

@testable import Baton

/// An id given by the caller: enqueued again, the job stays the one it is.
@Suite struct GivenIDTests {
    private let world = World()
    private let id = Sample.id(77)

    @Test func aJobEnqueuedTwiceIsStoredOnceAsTheFirst() async throws {
        try await world.run {
            let one = try await world.client.enqueue(Script.Call(text: "first"), id: id)
            let other = try await world.client.enqueue(Script.Call(text: "second"), id: id)
            #expect(one.id == id && other.id == id)
            #expect(world.storage.read { $0.rows.count } == 1)
            #expect(world.storage.row(id)?.job.arguments.text == #"{"text":"first"}"#)
        }
    }

    @Test func aJobThatHasEndedIsNotRunAgain() async throws {
        let runs = Shared(0)
        let server = try world.server(
            Script { text, _ in
                runs.change { $0 += 1 }
                return text
            }
        )
        try await world.run(server) {
            _ = try await world.client.enqueue(Script.Call(text: ""), id: id)
            try await world.reach(.succeeded, id)
            _ = try await world.client.enqueue(Script.Call(text: ""), id: id)
            try await eventually("its wake-up is dropped") { world.storage.counter(.duplicateDeliveries) == 1 }
            #expect(runs.value == 1)
        }
    }

    @Test func manyWhoEnqueueItAtOnceMakeOneJob() async throws {
        let first = world.storage.holdBefore(.insert)
        let server = try world.server(Script())
        try await world.run(server) {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<50 {
                    group.addTask { _ = try await world.client.enqueue(Script.Call(text: "\(number)"), id: id) }
                }
                await first.arrivals(reach: 1)
                try await world.settle()
                first.open()
                try await group.waitForAll()
            }
            try await world.reach(.succeeded, id)
            try await eventually("all wake-ups are settled") {
                world.broker.unsettledCount == 0 && world.broker.depth == 0
            }
            #expect(world.storage.row(id)?.run == 1)
        }
    }

    @Test func aScheduledJobStaysScheduledWhenItIsEnqueuedAgain() async throws {
        let server = try world.server(Script())
        try await world.run(server) {
            _ = try await world.client.schedule(Script.Call(text: ""), in: .seconds(60), id: id)
            _ = try await world.client.schedule(Script.Call(text: ""), in: .seconds(5), id: id)
            _ = try await world.client.enqueue(Script.Call(text: ""), id: id)
            try await world.advance(by: .seconds(30))
            #expect(world.storage.row(id)?.state == .scheduled)
            try await world.advance(by: .seconds(31))
            try await world.reach(.succeeded, id)
        }
    }
}
