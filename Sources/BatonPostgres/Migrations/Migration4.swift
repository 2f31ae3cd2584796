extension Migration {
    /// What claims without messages need.
    static let waiting = Migration(version: 4) { schema in
        """
        -- In what order rows of a queue are claimed that nobody publishes. Those that somebody publishes are left out: an
        -- insert with one more index takes the database a third longer. No column changes with a claim. The id is left out,
        -- too: an index that holds it would be taken for the primary key's by plans that are made on the empty table.
        CREATE INDEX active_job_waiting ON \(schema.active) (queue, enqueued_at) WHERE session IS NULL;

        -- Queues for which servers wait: whoever enqueues takes the arm off and tells them. Not logged: after a crash
        -- nobody waits.
        CREATE UNLOGGED TABLE \(schema.armed) (
            queue text PRIMARY KEY,
            is_armed boolean NOT NULL
        ) WITH (
            fillfactor = 30, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 200,
            autovacuum_vacuum_cost_delay = 0
        );
        """
    }
}
