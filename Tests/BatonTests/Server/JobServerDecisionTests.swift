import Testing

@testable import Baton

/// What jobs decide while they run: to snooze, to be discarded, to pay no heed; and what they say of their progress.
@Suite struct JobServerDecisionTests {
    private let world = World()

    private func enqueue(_ options: JobOptions = JobOptions()) async throws -> JobID {
        try await world.client.enqueue(Script.Call(text: ""), options: options).id
    }

    // MARK: Snoozing

    @Test func aJobThatSnoozesSpendsNoAttemptAndKeepsItsErrors() async throws {
        let server = try world.server(
            Script { text, context in
                switch context.run {
                case 1: throw Misfortune()
                case 2, 3: throw JobSnooze(for: .seconds(600), reason: "the bank is closed")
                default: return "attempt \(context.attempt)"
                }
            }
        )
        try await world.run(server) {
            let id = try await enqueue(
                JobOptions(maximumAttempts: 2, retry: RetryOptions(delays: .fixed([.seconds(5)])))
            )
            try await world.reach(.scheduled, id)
            #expect(world.storage.row(id)?.attempt == 1)
            try await world.advance(by: .seconds(5.1))
            for run in 2...3 {
                try await eventually("it snoozes") {
                    world.storage.row(id).map { $0.run == run && $0.state == .scheduled } ?? false
                }
                let row = try #require(world.storage.row(id))
                #expect(row.attempt == 1 && row.failure?.message == "bad luck")
                #expect(row.history.last?.reason == "Snoozed: the bank is closed")
                let due = try #require(row.dueAt)
                #expect(row.stateAt.duration(to: due) == .seconds(600))
                try await world.advance(by: .seconds(600.1))
            }
            try await world.reach(.succeeded, id)
            #expect(world.storage.row(id)?.result?.text == #""attempt 2""#)
            #expect(world.storage.row(id)?.run == 4)
        }
    }

    @Test func aSnoozeOfNoTimeComesBackInASecond() async throws {
        let server = try world.server(
            Script { text, context in
                if context.run < 3 { throw JobSnooze(for: .seconds(-1)) }
                return text
            }
        )
        try await world.run(server) {
            let id = try await enqueue(JobOptions(maximumAttempts: 1))
            try await world.reach(.scheduled, id)
            #expect(world.storage.row(id)?.run == 1)
            try await eventually("it succeeds") {
                try? await world.advance(by: .seconds(1))
                return world.storage.row(id)?.state == .succeeded
            }
            #expect(world.storage.row(id)?.run == 3)
            #expect(world.storage.row(id)?.attempt == 1)
        }
    }

    // MARK: Discarding

    @Test func aJobThatIsDiscardedIsDeletedWithItsReason() async throws {
        let server = try world.server(Script { _, _ in throw JobDiscard(reason: "the user has left") })
        try await world.run(server) {
            let id = try await enqueue()
            try await world.reach(.deleted, id)
            let row = try #require(world.storage.row(id))
            #expect(row.history.map(\.state) == [.enqueued, .processing, .deleted])
            #expect(row.history.last?.reason == "Discarded: the user has left")
            #expect(row.failure == nil)
            try await eventually("its message is settled") { world.broker.unsettledCount == 0 }
            #expect(world.storage.counter(.fencedCompletions) == 0)
        }
    }

    /// An error made of a cancellation says nothing of the job.
    @Test func aShutdownDiscardsNothing() async throws {
        let gate = Gate()
        let script = Script { _, _ in
            await gate.pass()
            throw JobDiscard(reason: "the fetch did not come through")
        }
        var ids: [JobID] = []
        try await world.serve(world.server(script)) { server in
            ids.append(try await enqueue())
            await gate.arrivals(reach: 1)
            await server.stop()
            try await world.advance(by: .seconds(16))
        }
        let id = try #require(ids.first)
        let row = try #require(world.storage.row(id))
        #expect([.scheduled, .enqueued].contains(row.state))
        #expect(row.attempt == 0 && row.run == 1)
    }

    @Test func whatIsUsedUpIsDeletedWhereTheEnqueueSaysSo() async throws {
        let server = try world.server(Script { _, _ in throw Misfortune() })
        try await world.run(server) {
            let terms = RetryOptions(delays: .fixed([.seconds(1)]), whenExhausted: .delete)
            let id = try await enqueue(JobOptions(maximumAttempts: 2, retry: terms))
            try await world.reach(.scheduled, id)
            try await world.advance(by: .seconds(1.1))
            try await world.reach(.deleted, id)
            let row = try #require(world.storage.row(id))
            #expect(row.attempt == 2 && row.failure?.message == "bad luck")
            #expect(row.history.last?.reason == "Attempts used up: bad luck")
            let errors = row.history.compactMap(\.data?.text).filter { $0.contains("bad luck") }
            #expect(errors.count == 2, "the error of each attempt is kept")
        }
    }

    // MARK: Progress

    @Test func progressIsStoredOnceASecondAtMostAndTheLastWordStays() async throws {
        let (first, second) = (Gate(), Gate())
        let server = try world.server(
            Script { text, context in
                context.reportProgress(0.1, "begun")
                await first.pass()
                for step in 1...100 { context.reportProgress(Double(step) / 200, "step \(step)") }
                await second.pass()
                context.reportProgress(1, "done")
                return text
            }
        )
        try await world.run(server) {
            let id = try await enqueue()
            try await eventually("the first report is stored") {
                world.storage.row(id)?.progress == JobProgress(0.1, "begun")
            }
            #expect(world.storage.calls(.saveProgress) == 1)
            first.open()
            await second.arrivals(reach: 1)
            try await world.settle()
            #expect(world.storage.calls(.saveProgress) == 1, "a second has not passed")
            try await world.advance(by: .seconds(1.1))
            try await eventually("the last of a hundred is stored") {
                world.storage.row(id)?.progress == JobProgress(0.5, "step 100")
            }
            #expect(world.storage.calls(.saveProgress) == 2)
            second.open()
            try await world.reach(.succeeded, id)
            #expect(world.storage.row(id)?.progress == JobProgress(1, "done"), "what is said last is not lost")
            #expect(world.storage.calls(.saveProgress) == 3)
            #expect(try await world.client.job(id).status()?.progress == JobProgress(1, "done"))
        }
    }

    @Test func progressThatCannotBeStoredHoldsNothingUp() async throws {
        world.storage.fail(.saveProgress, .unavailable, .refused)
        let server = try world.server(
            Script { text, context in
                context.reportProgress(0.5)
                return text
            }
        )
        try await world.run(server) {
            for _ in 0..<3 {
                let id = try await enqueue()
                try await world.reach(.succeeded, id)
            }
            #expect(world.storage.counter(.fencedCompletions) == 0)
        }
    }

    @Test func jobsThatSayNothingCostNothing() async throws {
        let server = try world.server(Script())
        try await world.run(server) {
            let id = try await enqueue()
            try await world.reach(.succeeded, id)
            try await world.advance(by: .seconds(10))
            #expect(world.storage.calls(.saveProgress) == 0)
        }
    }

    // MARK: Paying no heed

    /// A function that waits for the test, whoever cancels it.
    private func stubborn(until gate: Gate) -> Script {
        Script { text, _ in
            await Task.detached { await gate.pass() }.value
            return text
        }
    }

    @Test func aJobThatIgnoresItsDeletionIsReportedFencedAndKeepsItsThread() async throws {
        let gate = Gate()
        let server = try world.server(concurrency: 1, configure: { $0.lookAhead = 0 }, stubborn(until: gate))
        try await world.run(server) {
            let stubborn = try await enqueue()
            await gate.arrivals(reach: 1)
            #expect(try await world.client.delete(stubborn))
            let next = try await enqueue()
            try await world.advance(by: .seconds(4))
            #expect(world.storage.counter(.unheededCancellations) == 0, "it may still give way")
            try await eventually("it is reported") {
                try? await world.advance(by: .seconds(2))
                return world.storage.counter(.unheededCancellations) > 0
            }
            try await world.advance(by: .seconds(60))
            #expect(world.storage.counter(.unheededCancellations) == 1, "once")
            #expect(world.storage.row(next)?.state == .enqueued, "there is no thread for another")
            #expect(gate.arrivals == 1)
            gate.open()
            try await world.reach(.succeeded, next)
            #expect(world.storage.row(stubborn)?.state == .deleted)
            try await eventually("its end is fenced") { world.storage.counter(.fencedCompletions) == 1 }
        }
    }

    @Test func aJobThatIgnoresItsTimeoutIsReportedAndHasFailedThatAttempt() async throws {
        let gate = Gate()
        let server = try world.server(concurrency: 1, stubborn(until: gate))
        try await world.run(server) {
            let id = try await enqueue(JobOptions(timeout: .seconds(5)))
            await gate.arrivals(reach: 1)
            try await eventually("it is reported") {
                try? await world.advance(by: .seconds(2))
                return world.storage.counter(.unheededCancellations) == 1
            }
            #expect(world.storage.row(id)?.state == .processing, "nobody else runs it while it goes on")
            gate.open()
            try await world.reach(.scheduled, id)
            #expect(world.storage.row(id)?.failure?.type == "JobTimeoutError")
        }
    }

    @Test func aRunThatGivesWayInTimeIsNotReported() async throws {
        let clock = world.clock
        let server = try world.server(
            Script { text, _ in
                try await clock.sleep(for: .seconds(3600))
                return text
            }
        )
        try await world.run(server) {
            let id = try await enqueue()
            try await world.reach(.processing, id)
            #expect(try await world.client.delete(id))
            try await world.advance(by: .seconds(60))
            try await eventually("its end is fenced") { world.storage.counter(.fencedCompletions) == 1 }
            #expect(world.storage.counter(.unheededCancellations) == 0)
        }
    }
}
