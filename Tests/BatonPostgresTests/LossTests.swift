import Baton
import Foundation
import PostgresClient
import Testing

@testable import BatonPostgres

@Suite(.enabled(if: StorageFixture.url != nil), .timeLimit(.minutes(15)))
struct LossTests {
    /// Several reconcilers at once, of two processes, and two losses of the same rows: each row is published by one of them.
    @Test func severalReconcilersMoveEachRowOnce() async throws {
        try await withStorage { fixture in
            let sessions = (0..<3).map { _ in PublisherSession.random() }
            for session in sessions {
                try await fixture.pour(100, queue: "mail", session: session)
                try await fixture.confirm(session, through: 100)
            }
            for _ in 0..<2 { try await fixture.loss() }
            let moved = try await fixture.withSecondStorage { other in
                try await withThrowingTaskGroup(of: [MarkedDispatch].self) { group in
                    for storage in [fixture.storage, other, fixture.storage, other] {
                        group.addTask {
                            let session = PublisherSession.random()
                            try await storage.openSession(session, lease: .seconds(3600))
                            var (moved, next): ([MarkedDispatch], Int64) = ([], 1)
                            while try await storage.survey(unpublishedAge: .seconds(3600)).hasLosses {
                                let marks = PublishMarkRange(session: session, sequences: next..<next + 7)
                                let repair = try await storage.requeueLost(marks: marks)
                                #expect(
                                    repair.dispatches.map(\.sequence)
                                        == Array(next..<next + Int64(repair.dispatches.count))
                                )
                                moved += repair.dispatches
                                next += 7
                            }
                            return moved
                        }
                    }
                    return try await group.reduce(into: []) { $0 += $1 }
                }
            }
            #expect(moved.count == 300 && Set(moved.map(\.message.id)).count == 300)
            #expect(try await fixture.value(Int.self, "SELECT count(*) FROM ns.watermark_copy") == 0)
        }
    }

    /// The backlog of another queue is walked through stretch by stretch and left alone; another process goes on.
    @Test func aBacklogOfAnotherQueueIsPassedBy() async throws {
        try await withStorage { fixture in
            let session = PublisherSession.random()
            for (queue, first, count) in [("mail", 1, 3), ("rest", 4, 9_000), ("mail", 9_004, 3)] {
                try await fixture.pour(count, queue: queue, session: session, from: first)
            }
            try await fixture.confirm(session, through: 9_006)
            try await fixture.loss()
            var (moved, calls): ([MarkedDispatch], Int) = ([], 0)
            let first = try await fixture.storage.requeueLost(marks: .some(5))
            #expect(first.dispatches.count == 3 && first.hasMore)
            moved += first.dispatches
            moved += try await fixture.withSecondStorage { other in
                var (moved, hasMore): ([MarkedDispatch], Bool) = ([], true)
                for _ in 0..<3 where hasMore {
                    let repair = try await other.requeueLost(marks: .some(5))
                    moved += repair.dispatches
                    hasMore = repair.hasMore
                }
                #expect(hasMore && moved.isEmpty)
                return moved
            }
            var hasMore = true
            while hasMore {
                calls += 1
                let repair = try await fixture.storage.requeueLost(marks: .some(5))
                moved += repair.dispatches
                hasMore = repair.hasMore
            }
            #expect(calls < 20)
            #expect(moved.count == 6 && moved.allSatisfy { $0.message.queue == "mail" })
            #expect(try await !fixture.storage.survey(unpublishedAge: .seconds(3600)).hasLosses)
            let untouched = "SELECT count(*) FROM ns.active_job WHERE session = $1 AND queue = 'rest'"
            #expect(try await fixture.value(Int.self, untouched, session.uuid) == 9_000)
        }
    }

    /// A row in another's hands is passed by, and found later: the walk does not leave it behind.
    @Test func aLockedRowIsNotLeftBehind() async throws {
        try await withStorage { fixture in
            let session = PublisherSession.random()
            try await fixture.pour(9, queue: "mail", session: session)
            try await fixture.confirm(session, through: 9)
            try await fixture.loss()
            try await fixture.client.withTransaction { transaction in
                let lock = "SELECT FROM \(try fixture.schema.active) WHERE seq = 4 FOR UPDATE"
                try await transaction.query(PostgresStatement(lock, prepared: false))
                let repair = try await fixture.storage.requeueLost(marks: .some())
                #expect(repair.dispatches.count == 8)
                // Nothing to do at the moment.
                let again = try await fixture.storage.requeueLost(marks: .some())
                #expect(again == LossRepair(dispatches: [], hasMore: false))
            }
            #expect(try await fixture.storage.survey(unpublishedAge: .seconds(3600)).hasLosses)
            let repair = try await fixture.storage.requeueLost(marks: .some())
            #expect(repair.dispatches.count == 1 && !repair.hasMore)
            #expect(try await !fixture.storage.survey(unpublishedAge: .seconds(3600)).hasLosses)
        }
    }

    /// Between the reconciler's look and its move another one took the mark: it keeps it.
    @Test func aRepairComparesTheMarkItSaw() async throws {
        try await withStorage { fixture in
            let (session, other) = (PublisherSession.random(), PublishMark(session: .random(), sequence: 4))
            try await fixture.pour(1, queue: "mail", session: session)
            try await fixture.confirm(session, through: 1)
            try await fixture.loss()
            try await withThrowingTaskGroup(of: LossRepair.self) { group in
                try await fixture.withPausedReaders(of: "watermark_copy") { _ in
                    group.addTask {
                        try await fixture.persistently { try await fixture.storage.requeueLost(marks: .some()) }
                    }
                    try await fixture.waitUntilBlocked()
                    try await fixture.sql(
                        "UPDATE ns.active_job SET session = $1, seq = $2",
                        other.session.uuid,
                        other.sequence
                    )
                }
                #expect(try await group.next()?.dispatches == [])
            }
            #expect(try await fixture.value(UUID.self, "SELECT session FROM ns.active_job") == other.session.uuid)
            let repair = try await fixture.storage.requeueLost(marks: .some())
            #expect(repair == LossRepair(dispatches: [], hasMore: false))
            #expect(try await !fixture.storage.survey(unpublishedAge: .seconds(3600)).hasLosses)
        }
    }

    /// Without a transport to publish with, a lost row becomes anybody's.
    @Test func withoutMarksALostRowIsNobodys() async throws {
        try await withStorage { fixture in
            let session = PublisherSession.random()
            try await fixture.pour(2, queue: "mail", session: session)
            try await fixture.confirm(session, through: 2)
            try await fixture.loss()
            let repair = try await fixture.storage.requeueLost(marks: PublishMarkRange(unmarked: 10))
            #expect(repair.dispatches.count == 2 && !repair.hasMore)
            #expect(try await fixture.value(Int.self, "SELECT count(session) FROM ns.active_job") == 0)
        }
    }
}
