import Baton
import Foundation
import PostgresClient
import Testing

@testable import BatonPostgres

@Suite(.enabled(if: StorageFixture.url != nil), .timeLimit(.minutes(15)))
struct SessionTests {
    private func state(_ session: PublisherSession, in fixture: StorageFixture) async throws -> (Int, [Int64], Bool) {
        let row = try await fixture.sql(
            "SELECT confirmed_below, pending, ended_at IS NOT NULL FROM ns.publisher_session WHERE session = $1",
            session.uuid
        )
        return try #require(row.first).decode((Int, [Int64], Bool).self)
    }

    @Test func aWatermarkOnlyRises() async throws {
        try await withStorage { fixture in
            let session = PublisherSession.random()
            try await fixture.storage.openSession(session, lease: .seconds(60))
            #expect(try await state(session, in: fixture) == (1, [], false))
            func save(_ below: Int64, _ pending: [Int64]) async throws {
                let watermark = PublisherWatermark(session: session, confirmedBelow: below, pending: pending)
                try await fixture.storage.saveWatermark(watermark, lease: .seconds(60))
            }
            try await save(10, [4, 7])
            try await save(8, [])
            #expect(try await state(session, in: fixture) == (10, [4, 7], false))
            // Opened again after a lost answer: what it said stays.
            try await fixture.storage.openSession(session, lease: .seconds(60))
            #expect(try await state(session, in: fixture) == (10, [4, 7], false))
            try await fixture.storage.closeSession(
                PublisherWatermark(session: session, confirmedBelow: 12, pending: [11])
            )
            try await save(20, [])
            #expect(try await state(session, in: fixture) == (12, [11], true))
        }
    }

    /// A failover took the row away: what the publisher says is true all the same.
    @Test func aWatermarkWithoutARowIsStored() async throws {
        try await withStorage { fixture in
            let session = PublisherSession.random()
            let watermark = PublisherWatermark(session: session, confirmedBelow: 5, pending: [2])
            try await fixture.storage.saveWatermark(watermark, lease: .seconds(60))
            #expect(try await state(session, in: fixture) == (5, [2], false))
        }
    }

    @Test func tidyingKeepsWhatIsReferredTo() async throws {
        try await withStorage { fixture in
            let (used, unused, young) = (
                PublisherSession.random(), PublisherSession.random(), PublisherSession.random()
            )
            for session in [used, unused, young] {
                try await fixture.storage.closeSession(
                    PublisherWatermark(session: session, confirmedBelow: 9, pending: [])
                )
            }
            let job = NewJob.enqueued(mark: PublishMark(session: used, sequence: 1))
            _ = try await fixture.storage.insert([job], isRepeated: false)
            try await fixture.sql(
                "UPDATE ns.publisher_session SET ended_at = now() - interval '2 hours' WHERE session <> $1",
                young.uuid
            )
            let (dead, freshlyDead, living) = (
                try await fixture.server(), try await fixture.server(), try await fixture.server()
            )
            try await fixture.bury(dead)
            try await fixture.bury(freshlyDead)
            try await fixture.sql(
                "UPDATE ns.server SET certified_at = now() - interval '2 hours' WHERE epoch = $1",
                dead.uuid
            )
            try await fixture.storage.tidy()
            let sessions = try await fixture.sql("SELECT session FROM ns.publisher_session").map {
                PublisherSession(try $0.decode(UUID.self, 0))
            }
            #expect(Set(sessions) == [used, young])
            let servers = try await fixture.sql("SELECT epoch FROM ns.server").map {
                ServerEpoch(try $0.decode(UUID.self, 0))
            }
            #expect(Set(servers) == [freshlyDead, living])
        }
    }

    @Test func countersAddUp() async throws {
        try await withStorage { fixture in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<10 {
                    group.addTask {
                        try await fixture.untilAvailable {
                            try await fixture.storage.count([
                                .fencedCompletions: 2, .repairedOrphans: 1, .parkedMessages: 3,
                            ])
                        }
                    }
                }
                try await group.waitForAll()
            }
            let counters = try await fixture.sql("SELECT name, value FROM ns.counters ORDER BY name").map {
                try $0.decode((String, Int).self)
            }
            #expect(counters.map(\.0) == ["fenced_completions", "parked_messages", "repaired_orphans"])
            #expect(counters.map(\.1) == [20, 30, 10])
        }
    }
}
