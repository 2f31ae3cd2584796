import Baton
import Foundation
import PostgresClient
import Testing

@testable import BatonPostgres

extension ConsumerSession {
    static func random() -> ConsumerSession { ConsumerSession(UUID()) }
}

extension ProbeID {
    static func random() -> ProbeID { ProbeID(UUID()) }
}

extension StorageFixture {
    /// A consumer session, registered.
    func consumer(of queue: String = "mail", owner: ServerEpoch) async throws -> ConsumerSession {
        let session = ConsumerSession.random()
        #expect(try await storage.openConsumer(session, of: queue, owner: owner, replacing: nil))
        return session
    }

    /// A round that must begin.
    func round(of queue: String = "mail") async throws -> ProbeID {
        let probe = ProbeID.random()
        #expect(try await opens(probe, of: queue))
        return probe
    }

    func opens(_ probe: ProbeID, of queue: String = "mail", quiet: Duration = .zero) async throws -> Bool {
        try await storage.openProbe(probe, of: queue, quiet: quiet, patience: .seconds(3600)).isOpen
    }

    /// A loss of whatever is confirmed by now.
    @discardableResult
    func loss(of queue: String = "mail") async throws -> ProbeID {
        let loss = ProbeID.random()
        try await storage.recordLoss(loss, of: queue)
        _ = try await storage.settleLoss(loss, isConfirmed: true)
        return loss
    }

    /// Says that all of a session up to a number is confirmed.
    func confirm(_ session: PublisherSession, through sequence: Int64) async throws {
        let watermark = PublisherWatermark(session: session, confirmedBelow: sequence + 1, pending: [])
        try await storage.saveWatermark(watermark, lease: .seconds(3600))
    }

    /// Fills the active table with enqueued rows in one statement: numbers of a session from `first` on, in the queue.
    func pour(_ count: Int, queue: String, session: PublisherSession, from first: Int = 1) async throws {
        // The tables are there once the storage answers.
        _ = try await storage.job(.random())
        try await sql(
            """
            INSERT INTO ns.active_job (id, created_at, enqueued_at, state_at, seq, generation, run, attempt, max_attempts,
                state, priority, session, type, queue, arguments, history)
            SELECT gen_random_uuid(), t, t, t, n, 1, 0, 0, 10, \(JobState.enqueued.code), 0, $1, 'mail.welcome', $2,
                '{"address": "ada@example.org"}', ARRAY[ROW(t, \(JobState.enqueued.code), NULL, NULL, 0, 0, 1, NULL)::ns.transition]
            FROM generate_series($3::bigint, $3::bigint + $4::bigint - 1) AS n, LATERAL (SELECT now() - interval '1 hour') AS a (t)
            """,
            session.uuid,
            queue,
            Int64(first),
            Int64(count)
        )
    }

    /// Makes a call again for as long as it gives up behind somebody else's lock.
    ///
    /// Who looks for it there may come too late on a busy machine, and would look for ever.
    func persistently<Answer>(_ call: () async throws -> Answer) async throws -> Answer {
        while true {
            do {
                return try await call()
            } catch let error as JobStorageError where error.isTransient {
                try Task.checkCancellation()
            }
        }
    }

    /// Makes a call again for as long as it gives up behind somebody else's lock, but not after a lost answer.
    ///
    /// For calls that count, or tell who was the first: what has perhaps been done is not to be done twice.
    func untilAvailable<Answer>(_ call: () async throws -> Answer) async throws -> Answer {
        while true {
            do {
                return try await call()
            } catch let error as JobStorageError where error.code == .unavailable {
                try await Task.sleep(for: .milliseconds(5))
            }
        }
    }

    /// Holds the row of a queue while calls are made that want it; lets go when so many wait.
    func whileProbeIsLocked(_ waiting: Int, _ calls: () async throws -> Void) async throws {
        try await client.withTransaction { transaction in
            let lock = "SELECT FROM \(try schema.probe) FOR UPDATE"
            try await transaction.query(PostgresStatement(lock, prepared: false))
            // So that there is a connection for the looks.
            _ = try await blockedProcesses()
            try await calls()
            while try await blockedProcesses().count < waiting { try await Task.sleep(for: .milliseconds(5)) }
        }
    }
}
