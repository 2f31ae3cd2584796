import Testing

@testable import Baton

@Suite struct DispatchPublisherTests {
    private let world = World()

    private var session: InMemoryTables.Session? { world.session }

    @discardableResult
    private func enqueue(_ count: Int = 1) async throws -> [JobID] { try await world.enqueue(count) }

    @Test func aSessionIsRegisteredOnceAndBeforeItsFirstMark() async throws {
        try await world.run {
            try await enqueue()
            try await enqueue()
            #expect(world.storage.calls(.openSession) == 1)
        }
    }

    @Test func confirmedNumbersReachStorageWithTheNextWatermark() async throws {
        try await world.run {
            try await enqueue(3)
            try await eventually("all are published") { world.broker.depth == 3 }
            try await world.advance(by: .seconds(2))
            #expect(session?.watermark.confirmedBelow == 4)
            #expect(session?.watermark.pending == [])
        }
    }

    @Test func numbersInFlightArePending() async throws {
        let gate = world.broker.holdPublishes()
        try await world.run {
            try await enqueue(2)
            await gate.arrivals(reach: 1)
            try await world.advance(by: .seconds(2))
            #expect(session?.watermark.confirmedBelow == 3)
            #expect(session?.watermark.pending == [1, 2])
            gate.open()
            try await eventually("all are published") { world.broker.depth == 2 }
            try await world.advance(by: .seconds(2))
            #expect(session?.watermark.pending == [])
        }
    }

    @Test func aNumberIsPendingWhileItsInsertIsUnderWay() async throws {
        try await world.run {
            try await enqueue()
            let held = world.storage.holdAnswer(.insert)
            let call = Task { try await enqueue(2) }
            await held.arrivals(reach: 1)
            try await eventually("the first is published") { world.broker.depth == 1 }
            try await world.advance(by: .seconds(2))
            #expect(session?.watermark.pending == [2, 3])
            held.open()
            _ = try await call.value
        }
    }

    @Test func anIdleSessionIsRenewedWithinItsLeaseAndSeldom() async throws {
        try await world.run {
            try await enqueue()
            try await world.advance(by: .seconds(60))
            let leaseUntil = try #require(session).leaseUntil
            #expect(world.clock.date.duration(to: leaseUntil) > .seconds(8))
            #expect(world.storage.calls(.saveWatermark) <= 14)
        }
    }

    private let maximumInFlight = DispatchPublisher.maximumInFlight

    @Test func onlySoManyMessagesAreInFlight() async throws {
        let gate = world.broker.holdPublishes()
        try await world.run {
            try await enqueue(maximumInFlight)
            await gate.arrivals(reach: maximumInFlight)
            try await enqueue(700)
            try await world.settle()
            #expect(gate.arrivals == maximumInFlight)
            gate.open()
            try await eventually("all are published") { world.broker.depth == maximumInFlight + 700 }
            #expect(Set(world.broker.read(\.published)).count == maximumInFlight + 700)
        }
    }

    /// What has room on the wire travels by itself, for any server to take; what would have to wait is bundled, and what comes
    /// too fast.
    @Test func messagesAreBundledWhereTheyWouldHaveToWaitOrAreMany() async throws {
        try await world.run {
            let single = Array(repeating: 1, count: maximumInFlight)
            try await enqueue(maximumInFlight)
            try await eventually("all are published") { world.broker.depth == maximumInFlight }
            #expect(world.broker.read(\.publishedBundles) == single)
            try await world.advance(by: PublishQueue.spreadInterval)
            try await enqueue(2 * maximumInFlight)
            try await eventually("all are published") { world.broker.depth == 3 * maximumInFlight }
            let pairs = single.map { $0 * 2 }
            #expect(world.broker.read(\.publishedBundles) == single + pairs)
            // As long as more come than some hundreds a second.
            try await enqueue(2 * maximumInFlight)
            try await eventually("all are published") { world.broker.depth == 5 * maximumInFlight }
            #expect(world.broker.read(\.publishedBundles) == single + pairs + [2 * maximumInFlight])
        }
    }

    /// A call may return between the two.
    @Test func whatIsTakenOverIsWaitedForAlthoughItIsNotOnItsWayYet() async throws {
        try await world.run {
            try await enqueue()
            let publisher = world.client.publisher
            #expect(await publisher.flush(atMost: .seconds(10)))
            let marks = try await publisher.reserve(1)
            publisher.add([.plain(world.client.environment.makeJobID(), .enqueued(marks[0]))])
            #expect(await !publisher.flush(atMost: .zero))
            #expect(world.broker.depth == 1)
            publisher.pump()
            #expect(await publisher.flush(atMost: .seconds(10)))
            #expect(world.broker.depth == 2)
        }
    }

    // MARK: Silence

    @Test func aBrokerThatConfirmsNothingForAWhileCountsAsAwayUntilItDoes() async throws {
        try await world.run {
            let gate = world.broker.holdPublishes()
            let first = try await enqueue()[0]
            await gate.arrivals(reach: 1)
            try await world.advance(by: .milliseconds(1_500))
            let marked = try await enqueue()[0]
            try await eventually("it counts as away") {
                try? await world.advance(by: .milliseconds(500))
                return world.client.publisher.lookForBroker()
            }
            let unmarked = try await enqueue()[0]
            #expect([first, marked].allSatisfy { world.storage.row($0)?.mark != nil })
            #expect(world.storage.row(unmarked)?.mark == nil)
            gate.open()
            try await eventually("it is heard") {
                let id = try? await enqueue()[0]
                return id.flatMap { world.storage.row($0)?.mark } != nil
            }
        }
    }

    @Test func aBrokerThatConfirmsNowAndThenIsNotSilent() async throws {
        try await world.run {
            let held = world.broker.holdPublishes()
            let jobs = try await enqueue(2)
            await held.arrivals(reach: 2)
            for number in 1...4 {
                // The first two stay where they are.
                let gate = world.broker.holdPublishes()
                try await enqueue()
                await gate.arrivals(reach: 1)
                try await world.advance(by: .milliseconds(1_200))
                gate.open()
                try await eventually("it confirms one") { world.broker.depth == number }
                try await world.settle()
            }
            let latest = try await enqueue()[0]
            #expect((jobs + [latest]).allSatisfy { world.storage.row($0)?.mark != nil })
            held.open()
        }
    }

    @Test func aBrokerThatDeclaresAQueueSlowlyIsNotSilent() async throws {
        try await world.run {
            world.broker.awaitsAnswers = false
            let gate = world.broker.holdPublishes()
            let held = try await enqueue()[0]
            await gate.arrivals(reach: 1)
            for _ in 0..<20 {
                try await world.advance(by: .milliseconds(500))
                #expect(!world.client.publisher.lookForBroker())
            }
            let later = try await enqueue()[0]
            #expect([held, later].allSatisfy { world.storage.row($0)?.mark != nil })
            world.broker.awaitsAnswers = true
            try await eventually("once they are sent, its silence counts") {
                try? await world.advance(by: .milliseconds(500))
                return world.client.publisher.lookForBroker()
            }
            gate.open()
        }
    }

    /// A queue that takes nothing, or that may not be declared, says nothing of the others.
    @Test func aBrokerThatOnlyRefusesIsNotSilent() async throws {
        try await world.run {
            world.broker.plan(Array(repeating: .refused, count: 200))
            let refused = try await enqueue()[0]
            for _ in 0..<20 {
                try await world.advance(by: .milliseconds(500))
                #expect(!world.client.publisher.lookForBroker())
            }
            #expect(world.broker.read(\.published).count > 10, "it was tried again and again")
            let later = try await enqueue()[0]
            #expect([refused, later].allSatisfy { world.storage.row($0)?.mark != nil })
        }
    }

    @Test func aSilentBrokerThatRefusesIsHeard() async throws {
        try await world.run {
            let gate = world.broker.holdPublishes()
            world.broker.plan(Array(repeating: .refused, count: 1_000))
            try await enqueue()
            await gate.arrivals(reach: 1)
            try await eventually("it counts as away") {
                try? await world.advance(by: .milliseconds(500))
                return world.client.publisher.lookForBroker()
            }
            gate.open()
            try await eventually("it is heard") { !world.client.publisher.lookForBroker() }
        }
    }

    // MARK: Retry

    @Test func whatTheBrokerDidNotConfirmIsPublishedAgain() async throws {
        world.broker.plan(.refused, .unanswered, .confirmed, .refused)
        try await world.run {
            let jobs = try await enqueue(3)
            try await eventually("they are tried again") {
                try? await world.advance(by: .milliseconds(500))
                return world.broker.depth == 4
            }
            try await world.advance(by: .seconds(2))
            #expect(session?.watermark.pending == [])
            #expect(Set(world.broker.inner.read { $0.waiting(in: "default").map(\.id) }) == Set(jobs))
            #expect(world.storage.calls(.releaseMarks) == 0)
        }
    }

    @Test func whatStaysUnpublishedIsGivenUpAndItsMarksAreTakenOffTheRows() async throws {
        world.broker.goDown()
        try await world.run {
            let jobs = try await enqueue(2)
            try await world.advance(by: .seconds(9))
            #expect(jobs.allSatisfy { world.storage.row($0)?.mark != nil })
            try await world.advance(by: .seconds(3))
            #expect(jobs.allSatisfy { world.storage.row($0)?.mark == nil })
            try await world.advance(by: .seconds(2))
            #expect(session?.watermark.confirmedBelow == 3)
            #expect(session?.watermark.pending == [])
        }
    }

    /// Until it is certain that no row bears the mark, a watermark must not pass it.
    @Test func aMarkStaysPendingUntilItsReleaseIsCertain() async throws {
        world.broker.goDown()
        world.storage.fail(.releaseMarks, .lostBeforeCommit, .unavailable)
        let held = world.storage.holdBefore(.releaseMarks)
        try await world.run {
            let job = try await enqueue()[0]
            try await world.advance(by: .seconds(12))
            #expect(held.arrivals == 1)
            #expect(session?.watermark.pending == [1])
            held.open()
            try await world.advance(by: .seconds(5))
            #expect(world.storage.calls(.releaseMarks) == 3)
            #expect(world.storage.row(job)?.mark == nil)
            #expect(session?.watermark.pending == [])
        }
    }

    @Test func theLongOutageOfABrokerLosesNothing() async throws {
        world.broker.goDown()
        // Busy all the while, or it would claim them without messages.
        let gate = Gate()
        let server = try world.server(
            concurrency: 1,
            Script { text, _ in
                await gate.pass()
                return text
            }
        )
        try await world.run(server) {
            let jobs = try await enqueue(20)
            try await world.advance(by: .seconds(30))
            #expect(jobs.count { world.storage.row($0)?.state == .enqueued } == 19)
            world.broker.comeUp()
            try await world.settle()
            gate.open()
            try await eventually("all run") {
                try? await world.advance(by: .seconds(1))
                return jobs.allSatisfy { world.storage.row($0)?.state == .succeeded }
            }
            #expect(jobs.allSatisfy { world.storage.row($0)?.run == 1 })
            #expect(jobs.allSatisfy { world.storage.row($0)?.generation == 1 })
        }
    }

    // MARK: Abandoned

    @Test func aSessionWithANumberOfUnknownFateIsReplacedAndClosedWithTheNumberPending() async throws {
        try await world.run {
            try await enqueue()
            let old = try #require(session).watermark.session
            world.storage.fail(.insert, .lostAfterCommit)
            let call = Task { try await enqueue() }
            // The call alone may still find the storage down, and then nothing is unknown.
            try await eventually("the insert was lost") { world.storage.read { $0.rows.count } == 2 }
            world.storage.isDown = true
            let error = await #expect(throws: JobStorageError.self) { try await world.end(of: call) }
            #expect(error?.code == .outcomeUnknown)
            world.storage.isDown = false
            try await world.advance(by: .seconds(4))
            let closed = try #require(world.storage.read { $0.sessions[old] })
            #expect(closed.isClosed)
            #expect(closed.watermark.pending == [2])
            // The next job has a mark of the next session.
            let next = try await enqueue()[0]
            let mark = try #require(world.storage.row(next)?.mark)
            #expect(mark.session != old && mark.sequence == 1)
        }
    }

    @Test func aRowOfUnknownFateIsFoundAndPublished() async throws {
        let server = try world.server(Script())
        try await world.run(server) {
            world.storage.fail(.insert, .lostAfterCommit)
            let call = Task { try await enqueue() }
            try await eventually("the row is stored") { world.storage.read { $0.rows.count } == 1 }
            let id = try #require(world.storage.read { $0.rows.keys.first })
            call.cancel()
            _ = await call.result
            try await eventually("it runs") {
                try? await world.advance(by: .seconds(1))
                return world.storage.row(id)?.state == .succeeded
            }
            #expect(world.storage.counter(.repairedUnpublished) == 1)
        }
    }

    @Test func anOldSessionIsNotClosedWhileItsMessagesAreInFlight() async throws {
        let gate = world.broker.holdPublishes()
        try await world.run {
            try await enqueue()
            await gate.arrivals(reach: 1)
            let old = try #require(session).watermark.session
            world.storage.fail(.insert, .lostAfterCommit)
            let call = Task { try await enqueue() }
            try await eventually("the row is stored") { world.storage.read { $0.rows.count } == 2 }
            call.cancel()
            _ = await call.result
            try await world.advance(by: .seconds(6))
            #expect(world.storage.read { $0.sessions[old] }?.isClosed == false)
            #expect(world.storage.read { $0.sessions[old] }?.watermark.pending == [1, 2])
            gate.open()
            try await world.advance(by: .seconds(4))
            #expect(world.storage.read { $0.sessions[old] }?.isClosed == true)
            #expect(world.storage.read { $0.sessions[old] }?.watermark.pending == [2])
        }
    }
}
