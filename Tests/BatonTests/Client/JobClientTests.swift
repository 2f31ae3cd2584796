import Testing

@testable import Baton

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

@Suite struct JobClientTests {
    private let world = World()

    @Test func anEnqueuedJobIsStoredAndThenPublishedOnce() async throws {
        try await world.run {
            let job = try await world.client.enqueue(
                Script.Call(text: "hello"),
                options: JobOptions(queue: "mail", priority: 3, maximumAttempts: 4, timeout: .seconds(9))
            )
            let row = try #require(world.storage.row(job.id))
            #expect(row.state == .enqueued && row.generation == 1 && row.run == 0 && row.attempt == 0)
            #expect(
                row.job.name == "script" && row.job.queue == "mail" && row.job.arguments.text == #"{"text":"hello"}"#
            )
            #expect(row.job.priority == 3 && row.job.maximumAttempts == 4 && row.job.timeout == .seconds(9))
            try await eventually("it is published") { world.broker.depth == 1 }
            #expect(
                world.broker.read(\.published)
                    == [DispatchMessage(id: job.id, generation: 1, queue: "mail", name: "script", level: .high)]
            )
            #expect(try await job.status()?.state == .enqueued)
            #expect(try await job.result() == nil)
            #expect(try await job.history().map(\.state) == [.enqueued])
        }
    }

    @Test func nothingIsPublishedBeforeTheCommitIsCertain() async throws {
        let answer = world.storage.holdAnswer(.insert)
        try await world.run {
            let call = Task { try await world.client.enqueue(Script.Call(text: "")) }
            await answer.arrivals(reach: 1)
            try await world.settle()
            #expect(world.broker.read(\.published).isEmpty)
            answer.open()
            _ = try await call.value
            try await eventually("it is published") { world.broker.depth == 1 }
        }
    }

    // MARK: Large calls

    private func enqueue(_ count: Int, bad: Int? = nil) async throws -> [JobID] {
        let calls = (0..<count).map { Script.Call(text: $0 == bad ? "\u{0}" : "\($0)") }
        return try await world.client.enqueue(contentsOf: calls).map(\.id)
    }

    @Test func aLargeCallIsStoredInOrderAndPublished() async throws {
        try await world.run {
            let ids = try await enqueue(1_000)
            #expect(ids.map(\.description) == ids.map(\.description).sorted())
            #expect(ids.map { world.storage.row($0)?.job.arguments.text } == (0..<1_000).map { #"{"text":"\#($0)"}"# })
            try await eventually("all are published") { world.broker.depth == 1_000 }
            #expect(Set(world.broker.read(\.published).map(\.id)) == Set(ids))
        }
    }

    @Test func aLargeCallWithOneThatCannotBeStoredStoresNone() async throws {
        try await world.run {
            let error = await #expect(throws: JobError.self) { try await enqueue(1_000, bad: 900) }
            #expect(error?.code == .unstorableText)
            #expect(world.storage.read { $0.rows.isEmpty })
            _ = try await enqueue(1)
            try await world.advance(by: .seconds(4))
            let watermarks = world.storage.read { $0.sessions.values.map(\.watermark) }
            #expect(watermarks.map(\.confirmedBelow) == [1_002], "its marks are settled")
            #expect(watermarks.map(\.pending) == [[]])
        }
    }

    @Test(arguments: [FakeStorage.Fault.lostBeforeCommit, .lostAfterCommit, .unavailable])
    func aLargeCallIsStoredOnceWhateverBecomesOfTheFirstTry(fault: FakeStorage.Fault) async throws {
        world.storage.fail(.insert, fault, .unavailable)
        try await world.run {
            let call = Task { try await enqueue(300) }
            try await eventually("it is stored") {
                try? await world.advance(by: .seconds(1))
                return world.broker.depth == 300
            }
            let ids = try await call.value
            #expect(world.storage.read { $0.rows.count } == 300)
            #expect(ids.allSatisfy { world.storage.row($0)?.state == .enqueued })
        }
    }

    /// A certain failure after a lost answer says nothing about the lost one.
    @Test func aLargeCallOfUnknownFateKeepsItsMarksPending() async throws {
        try await world.run {
            _ = try await enqueue(1)
            world.storage.fail(.insert, .lostAfterCommit)
            for _ in 0..<100 { world.storage.fail(.insert, .unavailable) }
            let call = Task { try await enqueue(300) }
            try await eventually("the insert was lost, and tried again") { world.storage.calls(.insert) > 2 }
            try await world.advance(by: .seconds(31))
            let error = await #expect(throws: JobStorageError.self) { try await call.value }
            #expect(error?.code == .outcomeUnknown)
            try await world.advance(by: .seconds(4))
            let closed = world.storage.read { $0.sessions.values.filter(\.isClosed) }
            #expect(closed.map(\.watermark.pending) == [Array(2...301)])
            #expect(closed.map(\.watermark.confirmedBelow) == [302])
        }
    }

    // MARK: Publishing

    @Test func anEnqueueDoesNotWaitForTheBroker() async throws {
        world.broker.goDown()
        try await world.run {
            let job = try await world.client.enqueue(Script.Call(text: ""))
            #expect(world.storage.row(job.id)?.state == .enqueued)
        }
    }

    @Test func callsOfManyTasksAreStoredTogether() async throws {
        let first = world.storage.holdBefore(.insert)
        try await world.run {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<200 {
                    group.addTask { try await world.client.enqueue(Script.Call(text: "\(number)")) }
                    if number == 0 { await first.arrivals(reach: 1) }
                }
                try await world.settle()
                first.open()
                try await group.waitForAll()
            }
            #expect(world.storage.read { $0.rows.count } == 200)
            #expect(world.storage.calls(.insert) < 20 && world.storage.calls(.openSession) <= 2)
            try await eventually("all are published") { world.broker.depth == 200 }
        }
    }

    @Test func aBatchKeepsItsOrder() async throws {
        try await world.run {
            let jobs = try await world.client.enqueue(contentsOf: (0..<50).map { Script.Call(text: "\($0)") })
            let texts = jobs.map { world.storage.row($0.id)?.job.arguments.text }
            #expect(texts == (0..<50).map { #"{"text":"\#($0)"}"# })
            #expect(world.storage.calls(.insert) == 1)
            #expect(try await world.client.enqueue(contentsOf: [Script.Call]()).isEmpty)
        }
    }

    // MARK: Lost answers

    @Test(arguments: [FakeStorage.Fault.lostBeforeCommit, .lostAfterCommit, .unavailable])
    func anInsertIsRepeatedUntilItIsCertainAndTheJobIsThereOnce(fault: FakeStorage.Fault) async throws {
        world.storage.fail(.insert, fault, .unavailable, fault)
        try await world.run {
            let call = Task { try await world.client.enqueue(Script.Call(text: "")) }
            try await eventually("it tries again") {
                try? await world.advance(by: .milliseconds(500))
                return world.storage.calls(.insert) == 4
            }
            let job = try await call.value
            try await eventually("it is published") { world.broker.depth == 1 }
            #expect(world.storage.read { $0.rows.count } == 1)
            #expect(world.broker.read(\.published).map(\.id) == [job.id])
        }
    }

    /// The dead end that an id made by the client exists for: the first try was stored, run and finished.
    @Test func aJobThatFinishedBeforeItsInsertWasRepeatedIsNotDoubled() async throws {
        world.storage.fail(.insert, .lostAfterCommit)
        let server = try world.server(Script())
        try await world.run(server) {
            let call = Task { try await world.client.enqueue(Script.Call(text: "")) }
            try await eventually("it is stored") { world.storage.read { $0.rows.count } == 1 }
            let id = try #require(world.storage.read { $0.rows.keys.first })
            world.broker.inject(DispatchMessage(id: id, generation: 1, queue: "default", name: "script"))
            try await world.reach(.succeeded, id)
            try await eventually("the insert is repeated") {
                try? await world.advance(by: .milliseconds(100))
                return world.storage.calls(.insert) == 2
            }
            #expect(try await call.value.id == id)
            try await eventually("the late message is dropped") {
                world.storage.counter(.duplicateDeliveries) == 1
            }
            #expect(world.storage.states(id) == [.enqueued, .processing, .succeeded])
        }
    }

    /// A caller that gives up must not make others insert anew what may be stored already.
    @Test func aCancelledCallerDoesNotMakeOthersInsertAnewWhatIsStored() async throws {
        let (first, second) = (world.storage.holdBefore(.insert), world.storage.holdAnswer(.insert))
        try await world.run {
            let one = Task { try await world.client.enqueue(Script.Call(text: "1")) }
            await first.arrivals(reach: 1)
            let leader = Task { try await world.client.enqueue(Script.Call(text: "2")) }
            try await world.settle()
            let follower = Task { try await world.client.enqueue(Script.Call(text: "3")) }
            try await world.settle()
            first.open()
            await second.arrivals(reach: 1)
            leader.cancel()
            second.open()
            _ = try await one.value
            _ = await leader.result
            _ = try await follower.value
            #expect(world.storage.read { $0.rows.count } == 3)
        }
    }

    // MARK: Failures

    @Test func anEnqueueThatStaysUnansweredForTooLongThrows() async throws {
        try await world.run {
            _ = try await world.client.enqueue(Script.Call(text: "opens the session"))
            world.storage.isDown = true
            let call = Task { try await world.client.enqueue(Script.Call(text: "")) }
            let error = await #expect(throws: JobStorageError.self) { try await world.end(of: call) }
            #expect(error?.code == .unavailable)
            world.storage.isDown = false
            try await eventually("the number is certain not to be used") {
                try? await world.advance(by: .seconds(1))
                let watermark = world.storage.read { $0.sessions.values.first?.watermark }
                return watermark.map { $0.confirmedBelow == 3 && $0.pending.isEmpty } ?? false
            }
        }
    }

    @Test func theFirstEnqueueOfAllSurvivesAnOutageLikeTheOthers() async throws {
        world.storage.isDown = true
        try await world.run {
            let call = Task { try await world.client.enqueue(Script.Call(text: "")) }
            try await world.advance(by: .seconds(5))
            world.storage.isDown = false
            try await eventually("it is stored") {
                try? await world.advance(by: .seconds(1))
                return world.storage.read { $0.rows.count } == 1
            }
            _ = try await call.value
        }
    }

    @Test func aJobWhoseSessionCouldNotBeRegisteredIsCertainNotToBeStored() async throws {
        world.storage.fail(.openSession, .lostAfterCommit)
        try await world.run {
            let call = Task { try await world.client.enqueue(Script.Call(text: "")) }
            try await eventually("the registration was lost") { world.storage.calls(.openSession) == 1 }
            call.cancel()
            let error = await #expect(throws: JobStorageError.self) { try await call.value }
            #expect(error?.code == .unavailable)
        }
    }

    @Test func aRefusedJobFailsItsOwnCallerOnly() async throws {
        world.storage.refuseInserts { $0.arguments.text.contains("bad") }
        let first = world.storage.holdBefore(.insert)
        try await world.run {
            let one = Task { try await world.client.enqueue(Script.Call(text: "1")) }
            await first.arrivals(reach: 1)
            let calls = ["2", "bad", "3"].map { text in
                Task { try await world.client.enqueue(Script.Call(text: text)) }
            }
            try await world.settle()
            first.open()
            _ = try await one.value
            #expect(world.storage.row(try await calls[0].value.id) != nil)
            #expect(world.storage.row(try await calls[2].value.id) != nil)
            let error = await #expect(throws: JobStorageError.self) { try await calls[1].value }
            #expect(error?.code == .refused)
            #expect(world.storage.read { $0.rows.count } == 3)
        }
    }

    @Test func aCallThatCannotBeStoredIsRefusedBeforeStorageHearsOfIt() async throws {
        await #expect(throws: JobError.self) { try await world.client.enqueue(Script.Call(text: "\0")) }
        await #expect(throws: JobError.self) {
            try await world.client.enqueue(Script.Call(text: ""), options: JobOptions(queue: "No Queue"))
        }
        await #expect(throws: JobError.self) {
            try await world.client.enqueue(Script.Call(text: ""), options: JobOptions(maximumAttempts: 0))
        }
        #expect(world.storage.callCount == 0)
    }

    // MARK: Later

    @Test func aScheduledJobWaitsUnpublishedAndServersHearOfIt() async throws {
        try await world.run {
            let job = try await world.client.schedule(Script.Call(text: ""), in: .seconds(5))
            #expect(world.storage.row(job.id)?.state == .scheduled)
            #expect(world.storage.row(job.id)?.dueAt == Sample.date(5))
            #expect(world.broker.read(\.words) == [.scheduled(dueIn: .seconds(5))])
            #expect(world.broker.read(\.published).isEmpty)
        }
    }

    @Test func aPastDateIsAtOnce() async throws {
        try await world.run {
            let date = world.clock.date.addingTimeInterval(-60)
            let job = try await world.client.schedule(Script.Call(text: ""), at: date)
            #expect(world.storage.row(job.id)?.state == .scheduled)
            #expect(world.broker.read(\.words) == [.scheduled(dueIn: .zero)])
        }
    }

    @Test(arguments: [Double.infinity, -.infinity, .nan, 1e30, .greatestFiniteMagnitude])
    func aDateThatNoClockCanCountIsAnErrorAndNoCrash(seconds: Double) async throws {
        let error = await #expect(throws: JobError.self) {
            try await world.client.schedule(Script.Call(text: ""), at: Date(timeIntervalSince1970: seconds))
        }
        #expect(error?.code == .invalidOptions)
    }

    @Test func aDelayOfAgesIsAnErrorAndNoCrash() async throws {
        let error = await #expect(throws: JobError.self) {
            try await world.client.schedule(Script.Call(text: ""), in: .seconds(Int64.max))
        }
        #expect(error?.code == .invalidOptions)
    }

    @Test func theEndsOfTheCalendarAreDatesLikeOthers() async throws {
        try await world.run {
            for date in [Date.distantPast, .distantFuture] {
                let job = try await world.client.schedule(Script.Call(text: ""), at: date)
                #expect(world.storage.row(job.id)?.state == .scheduled)
            }
        }
    }

    // MARK: Deleting

    @Test func aDeletedJobIsSpreadAsAWordAndAFinalOneIsLeftAlone() async throws {
        try await world.run {
            let job = try await world.client.enqueue(Script.Call(text: ""))
            #expect(try await world.client.delete(job.id, reason: "no need"))
            #expect(world.storage.row(job.id)?.history.last?.reason == "no need")
            #expect(try await world.client.delete(job.id) == false)
            #expect(try await world.client.delete(Sample.id(1)) == false)
            #expect(world.broker.read(\.words) == [.deleted(job.id)])
        }
    }
}
