import Baton
import Foundation
import PostgresClient
import Testing

@testable import BatonPostgres

/// Rows that bear no mark: of clients without a transport.
@Suite(.enabled(if: StorageFixture.url != nil), .timeLimit(.minutes(15)))
struct UnmarkedTests {
    private static let marked = "SELECT count(*) FROM ns.active_job WHERE session IS NOT NULL OR seq IS NOT NULL"

    @Test func everyMoveToAQueueMayLeaveTheMarkOut() async throws {
        try await withStorage { fixture in
            let storage = fixture.storage
            let (owner, dead) = (try await fixture.server(), try await fixture.server())
            _ = try await storage.insert([.enqueued(mark: nil)], isRepeated: false)
            _ = try await storage.insert([.enqueued(mark: nil), .enqueued(mark: nil)], isRepeated: false)
            _ = try await storage.insert([.enqueued(queue: "a", mark: nil), .enqueued(mark: nil)], isRepeated: false)
            _ = try await storage.insert([.enqueued(mark: nil)], isRepeated: true)
            var parts = [[NewJob.enqueued(mark: nil), .enqueued(mark: nil)], [.enqueued(mark: nil)]]
            try await storage.insert { parts.isEmpty ? nil : parts.removeFirst() }
            #expect(try await fixture.value(Int.self, "SELECT count(*) FROM ns.active_job") == 9)
            #expect(try await fixture.value(Int.self, Self.marked) == 0)

            _ = try await storage.insert([.make(start: .after(.zero)), .make(start: .after(.zero))], isRepeated: false)
            let promotion = try await storage.promoteDue(marks: PublishMarkRange(unmarked: 10))
            #expect(promotion.dispatches.count == 2)
            let unheld = try await fixture.running(by: owner)
            let back = try await storage.putBackUnheld(
                [OwnedRun(id: unheld.id, claim: 1)],
                owner: owner,
                marks: PublishMarkRange(unmarked: 1)
            )
            #expect(back.map(\.message.generation) == [2])
            let orphan = try await fixture.running(by: dead)
            try await fixture.bury(dead)
            let repair = try await storage.requeueOrphans(marks: PublishMarkRange(unmarked: 10))
            #expect(repair.dispatches.map(\.message.id) == [orphan.id])
            #expect(try await fixture.value(Int.self, Self.marked) == 0)
        }
    }

    /// A deployment in which others have a transport.
    @Test func whoHasATransportAdoptsThem() async throws {
        try await withStorage { fixture in
            let jobs = (0..<3).map { _ in NewJob.enqueued(mark: nil) }
            _ = try await fixture.storage.insert(jobs, isRepeated: false)
            #expect(try await fixture.storage.survey(unpublishedAge: .seconds(60)).hasUnpublished)
            let marks = PublishMarkRange.some()
            let adopted = try await fixture.storage.adoptUnpublished(marks: marks, unpublishedAge: .seconds(60))
            #expect(Set(adopted.map(\.message)) == Set(jobs.map { $0.message() }))
            #expect(try await fixture.value(Int.self, Self.marked) == 3)
        }
    }
}
