extension Migration {
    /// Recurring entries, and what became of their occurrences.
    static let recurring = Migration(version: 6) { schema in
        """
        CREATE TABLE \(schema.recurringEntry) (
            id text PRIMARY KEY,
            -- Another with every change, never from a sequence: a failover turns those back.
            revision bigint NOT NULL DEFAULT hashtextextended(gen_random_uuid()::text, 0),
            type text NOT NULL,
            queue text NOT NULL DEFAULT 'default',
            arguments jsonb NOT NULL DEFAULT '{}',
            priority smallint NOT NULL DEFAULT 0,
            max_attempts integer NOT NULL DEFAULT 10,
            timeout_ms bigint,
            -- What is said of retries, as in the first entry of a job's history.
            retry jsonb,
            schedule text NOT NULL,
            zone text NOT NULL DEFAULT 'UTC',
            misfire text NOT NULL DEFAULT 'fire_once',
            overlap text NOT NULL DEFAULT 'allow',
            jitter_ms bigint NOT NULL DEFAULT 0,
            is_paused boolean NOT NULL DEFAULT false,
            -- Why it is disabled.
            error text,
            -- NULL when it was not worked out yet, infinity when there is none any more.
            next_at timestamptz,
            -- The occurrence that waits for the end of the last job.
            held_at timestamptz,
            last_at timestamptz,
            last_job_id uuid,
            created_at timestamptz NOT NULL DEFAULT now(),
            updated_at timestamptz NOT NULL DEFAULT now()
        ) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 200);
        CREATE INDEX recurring_entry_next ON \(schema.recurringEntry) (next_at NULLS FIRST, id)
            WHERE NOT is_paused AND error IS NULL;
        CREATE INDEX recurring_entry_held ON \(schema.recurringEntry) (id) WHERE held_at IS NOT NULL;

        CREATE TABLE \(schema.recurringOccurrence) (
            entry_id text NOT NULL REFERENCES \(schema.recurringEntry) ON DELETE CASCADE,
            at timestamptz NOT NULL,
            -- Of one that was triggered, its job: it may fall together with one of the schedule.
            trigger_id uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000',
            outcome text NOT NULL,
            job_id uuid,
            decided_at timestamptz NOT NULL DEFAULT now(),
            -- Each occurrence once, however many servers run.
            PRIMARY KEY (entry_id, at, trigger_id)
        );

        CREATE VIEW \(schema.name).recurring AS
        SELECT id, type, queue, arguments, schedule, zone, misfire, overlap, jitter_ms, is_paused AS paused, error,
            CASE WHEN NOT is_paused AND error IS NULL THEN nullif(next_at, 'infinity') END AS next_at, last_at, last_job_id,
            created_at, updated_at
        FROM \(schema.recurringEntry);

        CREATE VIEW \(schema.name).recurring_history AS
        SELECT entry_id, at, outcome, job_id, decided_at FROM \(schema.recurringOccurrence);
        """
    }
}
