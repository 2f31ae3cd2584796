import PostgresClient

/// The tables of the demonstration; any process makes them, and several may try at once.
enum LedgerSchema {
    /// Makes what is missing.
    ///
    /// - Parameter database: The database.
    /// - Throws: `PostgresError`.
    static func create(in database: PostgresClient) async throws(PostgresError) {
        try await database.query(PostgresStatement(statement, prepared: false))
    }

    // One command, so one transaction. The lock is needed because IF NOT EXISTS alone fails when two sessions create the
    // same thing at the same moment.
    private static let statement = """
        DO $ledger$ BEGIN
            IF to_regclass('baton_demo.event') IS NOT NULL THEN RETURN; END IF;
            PERFORM pg_advisory_xact_lock(hashtextextended('baton_demo', 0));
            CREATE SCHEMA IF NOT EXISTS baton_demo;
            -- A run's own id makes a repeated write harmless. (job_id, run) is not unique here on purpose: a job that ran
            -- twice under one number is what this ledger has to be able to show.
            CREATE TABLE IF NOT EXISTS baton_demo.run (
                job_id uuid NOT NULL,
                run integer NOT NULL,
                attempt integer NOT NULL,
                server text NOT NULL,
                pid bigint NOT NULL,
                started_at timestamptz NOT NULL,
                ended_at timestamptz,
                id uuid PRIMARY KEY
            ) WITH (fillfactor = 70);
            CREATE INDEX IF NOT EXISTS run_job_id ON baton_demo.run (job_id);
            CREATE INDEX IF NOT EXISTS run_unfinished ON baton_demo.run (pid) WHERE ended_at IS NULL;
            CREATE TABLE IF NOT EXISTS baton_demo.event (
                demo text NOT NULL,
                kind text NOT NULL,
                pid bigint,
                at timestamptz NOT NULL DEFAULT clock_timestamp()
            );
        END $ledger$
        """
}
