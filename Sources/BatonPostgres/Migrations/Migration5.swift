extension Migration {
    /// What rounds of probes and losses need (PROTOCOL section 4).
    static let probes = Migration(version: 5) { schema in
        """
        CREATE TABLE \(schema.consumer) (
            session uuid PRIMARY KEY,
            queue text NOT NULL,
            epoch uuid NOT NULL,
            started_at timestamptz NOT NULL DEFAULT now(),
            ended_at timestamptz,
            -- The last rounds that it joined, and in which it passed.
            joined uuid,
            passed uuid
        );
        CREATE INDEX consumer_session_queue ON \(schema.consumer) (queue);

        -- One row for each queue, so that there is always one to lock.
        CREATE TABLE \(schema.probe) (
            queue text PRIMARY KEY,
            -- The round; NULL when there is none.
            id uuid,
            phase smallint NOT NULL DEFAULT 0,
            opened_at timestamptz,
            patience interval,
            gives_up_at timestamptz,
            -- The lanes that it came back from.
            lanes integer[] NOT NULL DEFAULT '{}',
            -- The sessions that the round rests on: those of then, and those that came since.
            consumers uuid[] NOT NULL DEFAULT '{}',
            -- How many rounds in a row came to nothing, before when there is no other, and why the last was void.
            failures integer NOT NULL DEFAULT 0,
            -- How many were void although their probes had come back, since one ended as a loss.
            voids integer NOT NULL DEFAULT 0,
            not_before timestamptz NOT NULL DEFAULT '-infinity',
            reason text
        ) WITH (fillfactor = 50);

        CREATE TABLE \(schema.loss) (
            id uuid PRIMARY KEY,
            queue text NOT NULL,
            is_confirmed boolean NOT NULL,
            at timestamptz NOT NULL DEFAULT now(),
            -- From which mark on rows are still to be looked at.
            walk_session uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000',
            walk_seq bigint NOT NULL DEFAULT \(Int64.min)
        ) WITH (fillfactor = 50);

        -- The watermarks that were stored with a round, or with a loss.
        CREATE TABLE \(schema.watermarkCopy) (
            probe uuid NOT NULL,
            session uuid NOT NULL,
            confirmed_below bigint NOT NULL,
            pending bigint[] NOT NULL,
            PRIMARY KEY (probe, session)
        );

        -- Where and when rows that wait were last looked for.
        CREATE TABLE \(schema.waitingLook) (
            is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
            looked_at timestamptz NOT NULL DEFAULT '-infinity',
            block bigint NOT NULL DEFAULT 0
        ) WITH (fillfactor = 30);
        INSERT INTO \(schema.waitingLook) DEFAULT VALUES;
        """
    }
}
