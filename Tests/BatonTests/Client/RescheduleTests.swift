import Testing

@testable import Baton

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

@Suite struct RescheduleTests {
    private let world = World()

    @Test func aJobRunsAtItsNewTimeAndNotAtItsOld() async throws {
        try await world.run(world.server(Script())) {
            let job = try await world.client.schedule(Script.Call(text: ""), in: .seconds(600))
            #expect(try await world.client.reschedule(job.id, in: .seconds(3), reason: "sooner") == .rescheduled)
            try await world.advance(by: .seconds(2.9))
            #expect(world.storage.row(job.id)?.state == .scheduled)
            try await world.advance(by: .seconds(0.2))
            try await world.reach(.succeeded, job.id)
            let history = try await job.history()
            #expect(history.map(\.state) == [.scheduled, .scheduled, .enqueued, .processing, .succeeded])
            #expect(history[1].reason == "sooner")
            #expect(try await world.client.reschedule(job.id, in: .seconds(3)) == .refused(.succeeded))
            #expect(try await world.client.reschedule(Sample.id(9), in: .seconds(3)) == .missing)
        }
    }

    @Test func aDateThatHasPassedIsNow() async throws {
        try await world.run(world.server(Script())) {
            let job = try await world.client.schedule(Script.Call(text: ""), in: .seconds(600))
            let date = world.clock.date.addingTimeInterval(-60)
            #expect(try await world.client.reschedule(job.id, at: date) == .rescheduled)
            try await world.reach(.succeeded, job.id)
        }
    }

    @Test func whatCannotBeCountedIsRefusedAndTheJobStays() async throws {
        try await world.run {
            let job = try await world.client.schedule(Script.Call(text: ""), in: .seconds(600))
            let beyond = Date(timeIntervalSince1970: 1e15)
            await #expect(throws: JobError.self) { try await world.client.reschedule(job.id, at: beyond) }
            await #expect(throws: JobError.self) { try await world.client.reschedule(job.id, in: .seconds(1e15)) }
            #expect(try await job.history().count == 1)
        }
    }

    @Test func whatHasNotReachedStorageIsTriedAgain() async throws {
        try await world.run {
            let job = try await world.client.schedule(Script.Call(text: ""), in: .seconds(600))
            world.storage.fail(.reschedule, .unavailable)
            let call = Task { try await world.client.reschedule(job.id, in: .seconds(3)) }
            #expect(try await world.end(of: call) == .rescheduled)
            #expect(try await job.history().count == 2)
        }
    }

    /// Nobody can tell any more whether it was moved before it was promoted.
    @Test func anAnswerThatIsLostWhileTheJobIsPromotedIsUnknown() async throws {
        try await world.run {
            let job = try await world.client.schedule(Script.Call(text: ""), in: .seconds(600))
            world.storage.fail(.reschedule, .lostAfterCommit)
            let call = Task { try await world.client.reschedule(job.id, in: .zero) }
            try await eventually("it is stored") { world.storage.row(job.id)?.history.count == 2 }
            #expect(try await world.storage.promoteDue(marks: PublishMarkRange(unmarked: 1)).dispatches.count == 1)
            let error = await #expect(throws: JobStorageError.self) { try await world.end(of: call) }
            #expect(error?.code == .outcomeUnknown)
        }
    }

    @Test func allThatMatchAreRescheduled() async throws {
        let storage = InMemoryStorage()
        try await withJobClient(storage: storage, logger: World.logger) { client in
            // More than one part.
            for _ in 0..<503 { try await client.schedule(Script.Call(text: ""), in: .seconds(600)) }
            let others = [
                try await client.enqueue(Script.Call(text: "")).id,
                try await client.schedule(Script.Call(text: ""), in: .seconds(600), options: JobOptions(queue: "other"))
                    .id,
            ]
            let filter = JobFilter(states: [.scheduled, .enqueued], queue: "default")
            await #expect(throws: JobStorageError.self) {
                try await client.reschedule(matching: JobFilter(queue: "default"), in: .seconds(5))
            }
            #expect(try await client.reschedule(matching: filter, in: .seconds(5), reason: "all") == 503)
            let histories = storage.read { tables in tables.rows.values.map { ($0.job.id, $0.history.map(\.reason)) } }
            for (id, reasons) in histories { #expect(reasons == (others.contains(id) ? [nil] : [nil, "all"])) }
            let date = Date(timeIntervalSince1970: 1_700_000_000)
            #expect(try await client.reschedule(matching: JobFilter(states: [.scheduled]), at: date) == 504)
            #expect(try await storage.promoteDue(marks: PublishMarkRange(unmarked: 1_000)).dispatches.count == 504)
        }
    }

    @Test func aJobThatIsNotAsExpectedIsNotDeleted() async throws {
        try await world.run {
            let job = try await world.client.schedule(Script.Call(text: ""), in: .seconds(600))
            #expect(try await !world.client.delete(job.id, expecting: .failed))
            #expect(world.storage.row(job.id)?.state == .scheduled)
            #expect(try await world.client.delete(job.id, expecting: .scheduled))
        }
    }
}
