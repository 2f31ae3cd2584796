import Baton
import Foundation
import PostgresClient
import Testing

@testable import BatonPostgres

extension StorageFixture {
    /// A living server that can be seen.
    func server(
        _ epoch: ServerEpoch = .random(),
        presence: ServerPresence,
        replacing dead: ServerEpoch? = nil,
        on storage: PostgresStorage? = nil
    ) async throws -> ServerEpoch {
        let registration = ServerRegistration(
            epoch: epoch,
            name: "test:1",
            processID: 1,
            queues: ["mail"],
            concurrency: 4,
            jobNames: ["mail.welcome"],
            presence: presence,
            replacedEpoch: dead
        )
        try await (storage ?? self.storage).register(registration, lease: .seconds(3600))
        return epoch
    }

    /// Renews, with an offer that rests on an earlier renewal if there is one.
    @discardableResult
    func renew(
        _ epoch: ServerEpoch,
        after renewal: Int64?,
        on storage: PostgresStorage? = nil
    ) async throws -> HeartbeatAnswer {
        let terms = TakeoverTerms(stoodAfter: renewal, lateAfter: .seconds(60))
        return try await (storage ?? self.storage).heartbeat(epoch, lease: .seconds(900), runs: [], takeover: terms)
    }

    /// Renews until the row offers a takeover.
    ///
    /// - Returns: The last renewal.
    @discardableResult
    func offer(_ epoch: ServerEpoch, on storage: PostgresStorage? = nil) async throws -> Int64 {
        var renewal: Int64?
        repeat {
            try await Task.sleep(for: .milliseconds(5))
            renewal = try await renew(epoch, after: renewal, on: storage).renewal
        } while try await !offersTakeover(epoch)
        return try #require(renewal)
    }

    /// Gives the fixture's storage a server and so a session, older than whatever comes after.
    @discardableResult
    func watch() async throws -> (epoch: ServerEpoch, presence: ServerPresence) {
        let presence = ServerPresence(UUID())
        let epoch = try await server(presence: presence)
        try await offer(epoch)
        return (epoch, presence)
    }

    func offersTakeover(_ epoch: ServerEpoch) async throws -> Bool {
        try await value(Bool.self, "SELECT offers_takeover FROM ns.server WHERE epoch = $1", epoch.uuid)
    }

    /// The processes that hold a server's lock.
    func lockHolders(_ presence: ServerPresence) async throws -> [Int32] {
        let holders = """
            SELECT pid FROM pg_locks
            WHERE locktype = 'advisory' AND (classid::bigint << 32) | objid::bigint
                = hashtextextended('baton server ' || $1::uuid, 0)
            """
        return try await sql(holders, presence.uuid).map { try $0.decode(Int32.self, 0) }
    }

    /// Ends the session that holds a server's lock, as an administrator or a broken line does.
    func endSession(of presence: ServerPresence) async throws {
        let holder = try #require(try await lockHolders(presence).first)
        try await sql("SELECT pg_terminate_backend($1, 300000)", holder)
    }

    func waitUntilGone(_ epoch: ServerEpoch) async throws {
        while try await storage.sightPeer(epoch)?.isLocked == true { try await Task.sleep(for: .milliseconds(5)) }
    }

    /// Has a session neither answer a renewal nor end it at a cancel request, as if its line were dead; ends it afterwards.
    func withDeafSession(_ process: Int32, _ body: () async throws -> Void) async throws {
        try await sql(
            """
            CREATE FUNCTION ns.be_deaf() RETURNS trigger LANGUAGE plpgsql AS $deaf$
            BEGIN
                WHILE pg_backend_pid() = \(process) LOOP
                    BEGIN
                        PERFORM pg_sleep(600);
                    EXCEPTION WHEN query_canceled THEN
                        NULL;
                    END;
                END LOOP;
                RETURN NULL;
            END
            $deaf$
            """
        )
        // Before a row is locked: only the session itself is held up.
        try await sql(
            "CREATE TRIGGER be_deaf BEFORE UPDATE ON ns.server FOR EACH STATEMENT EXECUTE FUNCTION ns.be_deaf()"
        )
        let outcome: Result<Void, any Error>
        do {
            try await body()
            outcome = .success(())
        } catch {
            outcome = .failure(error)
        }
        try await sql("SELECT pg_terminate_backend($1, 300000)", process)
        try outcome.get()
    }
}
