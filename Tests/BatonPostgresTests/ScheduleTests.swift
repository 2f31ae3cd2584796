import Baton
import Foundation
import PostgresClient
import Testing

@testable import BatonPostgres

@Suite(.enabled(if: StorageFixture.url != nil), .timeLimit(.minutes(15)))
struct ScheduleTests {
    @Test func whatIsDueIsMovedInTheOrderOfItsTime() async throws {
        try await withStorage { fixture in
            let now = Date()
            let jobs = (0..<5).map { NewJob.make(start: .at(now.addingTimeInterval(Double(-10 * ($0 + 1))))) }
            let later = NewJob.make(start: .after(.seconds(1000)))
            _ = try await fixture.storage.insert(jobs.shuffled() + [later], isRepeated: false)

            let marks = PublishMarkRange.some(3)
            let first = try await fixture.storage.promoteDue(marks: marks)
            #expect(first.dispatches.map(\.message.id) == jobs.reversed().prefix(3).map(\.id))
            #expect(first.dispatches.map(\.sequence) == Array(marks.sequences))
            #expect(first.dispatches.allSatisfy { $0.message.generation == 1 && $0.message.name == "mail.welcome" })
            #expect(try #require(first.nextDue) <= .zero)

            let second = try await fixture.storage.promoteDue(marks: .some())
            #expect(second.dispatches.map(\.message.id) == jobs.prefix(2).reversed().map(\.id))
            let wait = try #require(second.nextDue)
            #expect(wait > .seconds(800) && wait <= .seconds(1000))

            let stored = try await fixture.job(jobs[0].id)
            #expect(stored.state == .enqueued && stored.generation == 1 && stored.scheduledAt == nil)
            #expect(try await fixture.storage.delete(later.id, reason: nil))
            #expect(try await fixture.storage.promoteDue(marks: .some()).nextDue == nil)
        }
    }

    @Test func twoSchedulersMoveEachJobOnce() async throws {
        try await withStorage { fixture in
            let jobs = (0..<100).map { _ in NewJob.make(start: .after(.seconds(-1))) }
            _ = try await fixture.storage.insert(jobs, isRepeated: false)
            let moved = try await withThrowingTaskGroup(of: [MarkedDispatch].self) { group in
                for _ in 0..<4 {
                    group.addTask {
                        var moved: [MarkedDispatch] = []
                        while true {
                            let promotion = try await fixture.storage.promoteDue(marks: .some(8))
                            moved += promotion.dispatches
                            guard promotion.nextDue != nil else { return moved }
                        }
                    }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            #expect(moved.count == 100 && Set(moved.map(\.message.id)).count == 100)
        }
    }

    /// A due job in another scheduler's hands does not make this one ask without a pause.
    @Test func whatAnotherHoldsIsNotAskedForAtOnce() async throws {
        try await withStorage { fixture in
            let job = NewJob.make(start: .after(.seconds(-1)))
            _ = try await fixture.storage.insert([job], isRepeated: false)
            try await fixture.client.withTransaction { transaction in
                try await transaction.query(
                    .init("SELECT FROM \(try fixture.schema.scheduled) FOR UPDATE", prepared: false)
                )
                let promotion = try await fixture.storage.promoteDue(marks: .some())
                #expect(promotion.dispatches.isEmpty)
                #expect(try #require(promotion.nextDue) > .zero)
            }
            #expect(try await fixture.storage.promoteDue(marks: .some()).dispatches.count == 1)
        }
    }

    /// A retry that comes due carries on where it was.
    @Test func aRetryReturnsWithTheNextGeneration() async throws {
        try await withStorage { fixture in
            let owner = try await fixture.server()
            let run = try await fixture.running(by: owner)
            let retry = Completion.make(run, .retry(after: .zero, .smtp, reason: "attempt 1 of 10"))
            _ = try await fixture.storage.complete([retry], owner: owner)
            let promoted = try await fixture.storage.promoteDue(marks: .some()).dispatches
            #expect(promoted.map(\.message.generation) == [2])
            let again = try await fixture.storage.claim(promoted.map(\.message), owner: owner, claim: 2)
            let second = try #require(again[0].job)
            #expect(second.run == 2 && second.attempt == 2 && second.generation == 2)
        }
    }
}
