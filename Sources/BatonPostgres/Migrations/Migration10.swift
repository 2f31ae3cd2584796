extension Migration {
    /// What submissions of other programs need (PROTOCOL move 8).
    static let submissions = Migration(version: 10) { schema in
        """
        -- Each submission once, whether or not its job is still there.
        CREATE TABLE \(schema.submission) (
            source text NOT NULL,
            message_id text NOT NULL,
            job_id uuid NOT NULL,
            -- No copy of it is taken from then on, for it would be too old.
            expires_at timestamptz NOT NULL,
            PRIMARY KEY (source, message_id)
        );
        CREATE INDEX submission_expiry ON \(schema.submission) (expires_at);

        CREATE TABLE \(schema.reject) (
            id uuid PRIMARY KEY,
            rejected_at timestamptz NOT NULL DEFAULT now(),
            code text NOT NULL,
            reason text NOT NULL,
            producer text NOT NULL,
            queue text NOT NULL,
            exchange text NOT NULL,
            routing_key text NOT NULL,
            type text,
            message_id text,
            properties jsonb NOT NULL,
            -- Of a large body a part, or nothing.
            body bytea NOT NULL,
            body_size bigint NOT NULL,
            -- What came of it when it was replayed.
            job_id uuid,
            replayed_at timestamptz
        );
        CREATE INDEX reject_time ON \(schema.reject) (rejected_at, id);

        CREATE VIEW \(schema.name).rejects AS
        SELECT id, rejected_at, code, reason, producer, queue, exchange, routing_key, type, message_id, properties, body,
            body_size, job_id, replayed_at
        FROM \(schema.reject);
        """
    }
}
