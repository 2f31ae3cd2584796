import Baton
import Foundation
import PostgresClient

@testable import BatonPostgres

extension StorageFixture {
    /// Makes the partition of a day that is over, and lets jobs be counted from some days before it on.
    func makeDay(_ daysAgo: Int) async throws {
        // The tables are there once the storage answers.
        _ = try await storage.job(.random())
        let name = try await dayName(daysAgo)
        let start = "date_trunc('day', now(), 'UTC') - \(daysAgo) * interval '24 hours'"
        let bounds = try await sql("SELECT (\(start))::text, (\(start) + interval '24 hours')::text")[0]
        let (from, to) = try bounds.decode((String, String).self)
        try await sql("CREATE TABLE ns.\(name) (LIKE ns.finished_job INCLUDING ALL)")
        try await sql(
            "ALTER TABLE ns.finished_job ATTACH PARTITION ns.\(name) FOR VALUES FROM ('\(from)') TO ('\(to)')"
        )
        try await sql("UPDATE ns.retention SET counted_until = least(counted_until, \(start) - interval '24 hours')")
    }

    /// Whether there is a day's partition.
    func hasDay(_ daysAgo: Int) async throws -> Bool {
        let name = try await dayName(daysAgo)
        return try await value(Bool.self, "SELECT to_regclass('ns.\(name)') IS NOT NULL")
    }

    private func dayName(_ daysAgo: Int) async throws -> String {
        let day = "date_trunc('day', now(), 'UTC') - \(daysAgo) * interval '24 hours'"
        return try await value(
            String.self,
            "SELECT 'finished_job_' || to_char((\(day)) AT TIME ZONE 'UTC', 'YYYYMMDD')"
        )
    }

    /// Stores jobs that ended at noon, all at once.
    @discardableResult
    func pourEnded(
        _ count: Int,
        daysAgo: Int,
        name: String = "mail.welcome",
        state: JobState = .succeeded
    ) async throws -> [JobID] {
        let rows = try await sql(
            """
            INSERT INTO ns.finished_job (id, created_at, enqueued_at, state_at, generation, run, attempt, max_attempts,
                state, priority, type, queue, arguments, history)
            SELECT gen_random_uuid(), t, t, t, 1, 1, 1, 10, $1, 0, $2, 'mail', '{}', ARRAY[
                ROW(t, \(JobState.enqueued.code), NULL, NULL, 0, 0, 1, NULL)::ns.transition,
                ROW(t, $1, NULL, NULL, 1, 1, 1, '{"duration_ms": 12.5}')::ns.transition
            ]
            FROM generate_series(1, $3::bigint), LATERAL (
                SELECT date_trunc('day', now(), 'UTC') - \(daysAgo) * interval '24 hours' + interval '12 hours'
            ) AS a (t)
            RETURNING id
            """,
            state.code,
            name,
            count
        )
        return try rows.map { JobID(try $0.decode(UUID.self, 0)) }
    }

    /// Makes steps until there are no more, and adds them up.
    func retain(
        _ policy: RetentionPolicy,
        limit: Int = 1000,
        by storage: PostgresStorage? = nil
    ) async throws -> RetentionStep {
        var sum = RetentionStep()
        while true {
            let step = try await (storage ?? self.storage).retain(policy, limit: limit)
            sum.removed.merge(step.removed, uniquingKeysWith: +)
            sum.droppedDays += step.droppedDays
            sum.countedHours += step.countedHours
            guard step.hasMore else { return sum }
        }
    }
}
