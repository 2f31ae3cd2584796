import Baton
import Foundation
import PostgresClient
import Testing

@testable import BatonPostgres

/// Days that go as a whole, and those that cannot.
@Suite(.enabled(if: StorageFixture.url != nil), .timeLimit(.minutes(15)))
struct RetentionTests {
    private static let keepsAll = RetentionPolicy(RetentionTimes(succeeded: nil, deleted: nil, failed: nil))
    private static let keepsCharges = RetentionPolicy(
        timesByName: ["billing.charge": RetentionTimes(succeeded: nil, deleted: nil)]
    )

    @Test func aDayOfWhichNothingStaysIsDropped() async throws {
        try await withStorage { fixture in
            try await fixture.makeDay(3)
            let old = try await fixture.pourEnded(300, daysAgo: 3)
            try await fixture.pourEnded(20, daysAgo: 3, name: "billing.charge", state: .deleted)
            let today = try await fixture.pourEnded(5, daysAgo: 0)
            let step = try await fixture.retain(RetentionPolicy(), limit: 1)
            #expect(step.droppedDays == 1 && step.removed == [.succeeded: 300, .deleted: 20])
            #expect(try await !fixture.hasDay(3))
            let left = "SELECT count(*) FROM pg_class WHERE relnamespace = $1::regnamespace AND relname ~ '^removed'"
            #expect(try await fixture.value(Int.self, left, fixture.namespace) == 0, "its files are gone, too")
            #expect(try await fixture.storage.job(old[0]) == nil)
            #expect(try await fixture.job(today[0]).state == .succeeded)

            let days = try await fixture.sql(
                """
                SELECT type, state, jobs, duration_ms FROM ns.job_statistics_daily
                WHERE day < now() - interval '2 days' ORDER BY type
                """
            )
            .map { try $0.decode((String, String, Int, Double).self) }
            #expect(days.map(\.0) == ["billing.charge", "mail.welcome"])
            #expect(days.map(\.1) == ["deleted", "succeeded"])
            #expect(days.map(\.2) == [20, 300] && days.map(\.3) == [250, 3750])
        }
    }

    @Test func nothingIsDroppedBeforeItIsCounted() async throws {
        try await withStorage { fixture in
            try await fixture.makeDay(3)
            try await fixture.pourEnded(10, daysAgo: 3)
            // The first step is the hour in which they ended.
            let first = try await fixture.storage.retain(RetentionPolicy(), limit: 100)
            #expect(first.countedHours > 0 && first.hasMore && first.droppedDays == 0 && first.removed == [:])
            #expect(try await fixture.hasDay(3))
            let rest = try await fixture.retain(RetentionPolicy())
            #expect(rest.droppedDays == 1 && rest.removed == [.succeeded: 10])
        }
    }

    @Test func aDayOfWhichSomethingStaysIsEmptiedOfTheRest() async throws {
        try await withStorage { fixture in
            try await fixture.makeDay(3)
            try await fixture.pourEnded(250, daysAgo: 3)
            let kept = try await fixture.pourEnded(7, daysAgo: 3, name: "billing.charge")
            let step = try await fixture.retain(Self.keepsCharges, limit: 100)
            #expect(step.droppedDays == 0 && step.removed == [.succeeded: 250])
            #expect(try await fixture.hasDay(3))
            #expect(try await fixture.value(Int.self, "SELECT count(*) FROM ns.finished_job") == kept.count)
            // Once is enough, until somebody says something else.
            #expect(try await fixture.retain(Self.keepsCharges).removed == [:])
            let all = try await fixture.retain(RetentionPolicy())
            #expect(all.droppedDays == 1)
            #expect(try await !fixture.hasDay(3))
        }
    }

    /// A day in which, by the statistics, there is nothing of a kind that stays.
    @Test func whatCameLateIsNotDropped() async throws {
        try await withStorage { fixture in
            try await fixture.makeDay(3)
            try await fixture.pourEnded(20, daysAgo: 3)
            #expect(try await fixture.retain(Self.keepsAll).countedHours > 0)
            let late = try await fixture.pourEnded(1, daysAgo: 3, name: "billing.charge")
            let step = try await fixture.retain(Self.keepsCharges)
            #expect(step.droppedDays == 0 && step.removed == [.succeeded: 20])
            #expect(try await fixture.job(late[0]).state == .succeeded)
        }
    }

    /// A day that was not prepared.
    @Test func theDefaultPartitionIsEmptiedRowByRow() async throws {
        try await withStorage { fixture in
            try await fixture.makeDay(3)
            try await fixture.pourEnded(30, daysAgo: 2)
            #expect(try await fixture.value(Int.self, "SELECT count(*) FROM ns.finished_job_default") == 30)
            var removed: [Int] = []
            while true {
                let step = try await fixture.storage.retain(RetentionPolicy(), limit: 10)
                if let count = step.removed[.succeeded] { removed.append(count) }
                guard step.hasMore else { break }
            }
            #expect(removed == [10, 10, 10])
            #expect(try await fixture.value(Int.self, "SELECT count(*) FROM ns.finished_job_default") == 0)
        }
    }

    @Test func twoServersDropADayOnce() async throws {
        try await withStorage { fixture in
            try await fixture.makeDay(3)
            try await fixture.makeDay(4)
            try await fixture.pourEnded(50, daysAgo: 3)
            try await fixture.pourEnded(50, daysAgo: 4)
            try await fixture.withSecondStorage { other in
                async let one = fixture.retain(RetentionPolicy())
                async let two = fixture.retain(RetentionPolicy(), by: other)
                let both = try await [one, two]
                // Both may have found the other at work.
                let rest = try await fixture.retain(RetentionPolicy())
                let steps = both + [rest]
                #expect(steps.reduce(0) { $0 + $1.droppedDays } == 2)
                #expect(steps.reduce(0) { $0 + ($1.removed[.succeeded] ?? 0) } == 100)
            }
            let counted = "SELECT sum(jobs)::bigint FROM ns.job_statistics_daily"
            #expect(try await fixture.value(Int.self, counted) == 100)
        }
    }

    /// Somebody reads the finished jobs for long: the day stays for now, and jobs end meanwhile.
    @Test func aDayThatIsReadIsLeftForLater() async throws {
        try await withStorage { fixture in
            try await fixture.makeDay(3)
            try await fixture.pourEnded(10, daysAgo: 3)
            let owner = try await fixture.server()
            let run = try await fixture.running(by: owner)
            try await fixture.client.withTransaction { transaction in
                let read = "SELECT count(*) FROM \(try fixture.schema.finished)"
                try await transaction.query(PostgresStatement(read, prepared: false))
                async let retained = fixture.retain(RetentionPolicy())
                let ended = try await fixture.storage.complete([.make(run, .succeeded(result: nil))], owner: owner)
                #expect(ended == [.applied])
                #expect(try await retained.droppedDays == 0)
                #expect(try await fixture.hasDay(3))
            }
            #expect(try await fixture.retain(RetentionPolicy()).droppedDays == 1)
        }
    }

    @Test func oldStatisticsAreForgotten() async throws {
        try await withStorage { fixture in
            try await fixture.makeDay(5)
            try await fixture.pourEnded(10, daysAgo: 5)
            var policy = RetentionPolicy(hourlyStatistics: .seconds(3 * 86_400), dailyStatistics: nil)
            _ = try await fixture.retain(policy)
            let statistics = try await fixture.storage.statistics(by: .hour, since: .distantPast, limit: 10)
            #expect(statistics.filter { $0.name == "mail.welcome" }.isEmpty)
            let days = try await fixture.storage.statistics(by: .day, since: .distantPast, limit: 10)
            #expect(days.map(\.jobs) == [10] && days.map(\.duration) == [.milliseconds(125)])
            policy.dailyStatistics = .seconds(86_400)
            _ = try await fixture.retain(policy)
            #expect(try await fixture.storage.statistics(by: .day, since: .distantPast, limit: 10).isEmpty)
        }
    }

    /// The days to come have what leads to an hour, too.
    @Test func everyDayHasAnIndexOfItsTimes() async throws {
        try await withStorage { fixture in
            try await fixture.makeDay(3)
            let missing = """
                SELECT count(*) FROM pg_inherits AS i WHERE i.inhparent = 'ns.finished_job'::regclass AND NOT EXISTS (
                    SELECT FROM pg_index AS x JOIN pg_class AS c ON c.oid = x.indexrelid JOIN pg_am AS a ON a.oid = c.relam
                    WHERE x.indrelid = i.inhrelid AND a.amname = 'brin'
                )
                """
            #expect(try await fixture.value(Int.self, missing) == 0)
        }
    }
}
