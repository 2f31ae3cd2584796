import Testing

@testable import Baton

/// What a run comes to.
@Suite struct JobServerOutcomeTests {
    private let world = World()

    private func enqueue(_ text: String = "", attempts: Int? = nil, timeout: Duration? = nil) async throws -> JobID {
        let options = JobOptions(maximumAttempts: attempts, timeout: timeout)
        return try await world.client.enqueue(Script.Call(text: text), options: options).id
    }

    @Test func aJobRunsAndItsResultIsKept() async throws {
        let server = try world.server(Script { text, _ in text.uppercased() })
        try await world.run(server) {
            let job = try await world.client.enqueue(Script.Call(text: "hello"))
            try await world.reach(.succeeded, job.id)
            #expect(try await job.result() == "HELLO")
            #expect(world.storage.states(job.id) == [.enqueued, .processing, .succeeded])
            let row = try #require(world.storage.row(job.id))
            #expect(row.run == 1 && row.attempt == 1 && row.generation == 1)
            try await eventually("the message is settled") { world.broker.unsettledCount == 0 }
            #expect(world.broker.depth == 0)
            #expect(world.broker.read(\.acknowledged).map(\.id) == [job.id])
        }
    }

    @Test func aJobKnowsItsRun() async throws {
        let seen = Shared<[JobContext]>([])
        let server = try world.server(
            Script { _, context in
                seen.change { $0.append(context) }
                if context.attempt == 1 { throw Misfortune() }
                return ""
            }
        )
        try await world.run(server) {
            let id = try await enqueue(attempts: 2)
            try await world.reach(.scheduled, id)
            try await world.advance(by: .seconds(50))
            try await world.reach(.succeeded, id)
            #expect(seen.value.map(\.id) == [id, id])
            #expect(seen.value.map(\.run) == [1, 2])
            #expect(seen.value.map(\.attempt) == [1, 2])
            #expect(seen.value.allSatisfy { $0.name == "script" && $0.queue == "default" && $0.maximumAttempts == 2 })
        }
    }

    @Test func noMoreJobsRunThanThereAreThreads() async throws {
        let gate = Gate()
        let server = try world.server(
            concurrency: 3,
            Script { _, _ in
                await gate.pass()
                return ""
            }
        )
        try await world.run(server) {
            let jobs = try await world.client.enqueue(contentsOf: (0..<20).map { Script.Call(text: "\($0)") })
            await gate.arrivals(reach: 3)
            try await world.settle()
            #expect(gate.arrivals == 3)
            #expect(world.storage.read { $0.rows.values.count { $0.state == .processing } } == 3)
            #expect(world.broker.unsettledCount == 6, "as many again wait at hand, the rest is left to other servers")
            gate.open()
            for job in jobs { try await world.reach(.succeeded, job.id) }
        }
        #expect(gate.arrivals == 20)
    }

    // MARK: Failure

    @Test func aFailedJobWaitsAsHangfireDoesAndFailsForGoodAfterItsLastAttempt() async throws {
        let server = try world.server(Script { _, _ in throw Misfortune() })
        try await world.run(server) {
            let id = try await enqueue(attempts: 4)
            for (attempt, waits) in [(1, 15...44), (2, 16...74), (3, 31...118)] {
                try await world.reach(.scheduled, id)
                let row = try #require(world.storage.row(id))
                #expect(row.attempt == attempt && row.run == attempt && row.generation == attempt)
                let wait = row.stateAt.duration(to: try #require(row.dueAt))
                #expect(waits.contains(Int(wait / .seconds(1))))
                #expect(row.history.last?.reason == "Retry attempt \(attempt) of 3: bad luck")
                #expect(row.failure?.type == "Misfortune" && row.failure?.message == "bad luck")
                try await world.advance(by: wait + .milliseconds(10))
                try await eventually("it runs again") { (world.storage.row(id)?.run ?? 0) > attempt }
            }
            try await world.reach(.failed, id)
            let row = try #require(world.storage.row(id))
            #expect(row.attempt == 4 && row.failure?.message == "bad luck")
            try await eventually("all messages are settled") { world.broker.unsettledCount == 0 }
        }
    }

    /// A call of the same name with other arguments.
    private struct Misfit: JobCall {
        typealias Receiver = Void
        static let name = Script.Call.name
        var number = 1
        func run(on receiver: Void, in context: JobContext) async throws {}
    }

    @Test func argumentsThatDoNotDecodeFailAtOnceAndSayWhy() async throws {
        let server = try world.server(Script())
        try await world.run(server) {
            let id = try await world.client.enqueue(Misfit()).id
            try await world.reach(.failed, id)
            let row = try #require(world.storage.row(id))
            #expect(row.attempt == 1 && row.history.count == 3)
            #expect(row.failure?.message.contains("text") == true)
        }
    }

    @Test func aNameTheServerDoesNotKnowIsPutOffWithoutSpendingAnything() async throws {
        let server = try world.server(Script())
        try await world.run(server) {
            let id = try await world.client.enqueue(Stranger()).id
            try await world.reach(.scheduled, id)
            var row = try #require(world.storage.row(id))
            #expect(row.attempt == 0 && row.run == 0)
            #expect(row.history.last?.reason?.contains("does not know") == true)
            try await eventually("the message is settled") { world.broker.unsettledCount == 0 }
            // It comes back to its queue for a server that knows it.
            try await world.advance(by: .seconds(45))
            try await eventually("it comes back") {
                world.storage.row(id)?.history.dropFirst().contains { $0.state == .enqueued && $0.reason == nil }
                    == true
            }
            row = try #require(world.storage.row(id))
            #expect(row.attempt == 0 && row.run == 0)
        }
    }

    // MARK: Time

    @Test func aJobThatTakesTooLongIsCancelledAndTriedAgain() async throws {
        let clock = world.clock
        let server = try world.server(
            Script { _, _ in
                try await clock.sleep(for: .seconds(3600))
                return ""
            }
        )
        try await world.run(server) {
            let id = try await enqueue(timeout: .seconds(5))
            try await world.reach(.processing, id)
            try await world.advance(by: .seconds(4.9))
            #expect(world.storage.row(id)?.state == .processing)
            try await world.advance(by: .seconds(0.2))
            try await world.reach(.scheduled, id)
            #expect(world.storage.row(id)?.failure?.type == "JobTimeoutError")
            #expect(world.storage.row(id)?.attempt == 1)
        }
    }

    @Test func aJobThatEndsInTimeIsNotTimedOut() async throws {
        let server = try world.server(Script())
        try await world.run(server) {
            let id = try await enqueue("in time", timeout: .seconds(5))
            try await world.reach(.succeeded, id)
            try await world.advance(by: .seconds(10))
            #expect(world.storage.row(id)?.result?.text == #""in time""#)
        }
    }

    /// A job that computes never gives its thread away; its time is up all the same.
    @Test func aJobThatOnlyLooksForItsCancellationIsCancelledInTime() async throws {
        let hasStarted = Shared(false)
        let guardTime = ContinuousClock.now + .seconds(600)
        let server = try world.server(
            Script { _, _ in
                hasStarted.change { $0 = true }
                while !Task.isCancelled, ContinuousClock.now < guardTime {}
                try Task.checkCancellation()
                return ""
            }
        )
        try await world.run(server) {
            let id = try await enqueue(timeout: .seconds(5))
            try await eventually("it computes") { hasStarted.value }
            try await world.advance(by: .seconds(6))
            try await world.reach(.scheduled, id)
            #expect(world.storage.row(id)?.failure?.type == "JobTimeoutError")
        }
    }

    // MARK: Deleting

    @Test func aDeletedJobIsCancelledAndItsEndChangesNothing() async throws {
        let clock = world.clock
        let server = try world.server(
            Script { _, _ in
                try await clock.sleep(for: .seconds(3600))
                return ""
            }
        )
        try await world.run(server) {
            let id = try await enqueue()
            try await world.reach(.processing, id)
            #expect(try await world.client.delete(id))
            try await eventually("the message is settled") { world.broker.unsettledCount == 0 }
            try await eventually("the end is counted") { world.storage.counter(.fencedCompletions) == 1 }
            #expect(world.storage.states(id) == [.enqueued, .processing, .deleted])
        }
    }
}
