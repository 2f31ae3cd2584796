extension Migration {
    /// The first schema.
    static let first = Migration(version: 1) { schema in
        [jobTables(schema), serviceTables(schema), finishedDays(schema), views(schema)].joined(separator: "\n")
    }

    private static func jobTables(_ schema: Schema) -> String {
        let columns = JobColumns.definitions.map { "\($0.name) \($0.type)" }.joined(separator: ",\n    ")
        func table(_ name: String, _ key: String, _ tail: String) -> String {
            """
            CREATE TABLE \(name) (
                \(columns),
                history \(schema.transition)[] NOT NULL\(key)
            ) \(tail);
            """
        }
        let primaryKey = ",\n    PRIMARY KEY (id)"
        return """
            CREATE TYPE \(schema.transition) AS (
                at timestamptz, state smallint, reason text, server uuid, run integer, attempt integer,
                generation integer, data jsonb
            );

            -- Rows here live for moments. A claim must find room for the new version of every row of its page (HOT), and no
            -- index may mention a column that it changes: at 40 % full all claims are HOT, at 60 % two thirds.
            \(table(
                schema.active,
                primaryKey,
                """
                WITH (
                    fillfactor = 40,
                    autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 1000,
                    autovacuum_vacuum_insert_threshold = -1, autovacuum_vacuum_cost_delay = 0
                )
                """
            ))
            -- What a publisher session answers for; neither column changes while a generation lasts.
            CREATE INDEX active_job_mark ON \(schema.active) (session, seq);

            \(table(
                schema.scheduled,
                primaryKey,
                "WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000)"
            ))
            CREATE INDEX scheduled_job_due ON \(schema.scheduled) (run_at, id);

            \(table(schema.failed, primaryKey, ""))

            -- Retention drops whole days. An id is unique by the moves, which a partitioned table cannot promise.
            \(table(schema.finished, "", "PARTITION BY RANGE (state_at)"))
            CREATE INDEX finished_job_id ON \(schema.finished) (id);
            CREATE TABLE \(schema.finished)_default PARTITION OF \(schema.finished) DEFAULT;
            """
    }

    private static func serviceTables(_ schema: Schema) -> String {
        let oftenUpdated = """
            WITH (
                fillfactor = 30, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 200,
                autovacuum_vacuum_cost_delay = 0
            )
            """
        return """
            CREATE TABLE \(schema.server) (
                epoch uuid PRIMARY KEY,
                name text NOT NULL,
                pid bigint NOT NULL,
                queues text[] NOT NULL,
                concurrency integer NOT NULL,
                job_names text[] NOT NULL,
                started_at timestamptz NOT NULL DEFAULT now(),
                -- Since when its heartbeats came without a gap: the witness that the database was up.
                unbroken_since timestamptz NOT NULL DEFAULT now(),
                heartbeat_at timestamptz NOT NULL DEFAULT now(),
                lease_until timestamptz NOT NULL,
                dead boolean NOT NULL DEFAULT false,
                certified_at timestamptz
            ) \(oftenUpdated);

            CREATE TABLE \(schema.session) (
                session uuid PRIMARY KEY,
                confirmed_below bigint NOT NULL,
                pending bigint[] NOT NULL,
                started_at timestamptz NOT NULL DEFAULT now(),
                heartbeat_at timestamptz NOT NULL DEFAULT now(),
                lease_until timestamptz NOT NULL,
                ended_at timestamptz
            ) \(oftenUpdated);

            CREATE TABLE \(schema.counter) (
                name text PRIMARY KEY,
                value bigint NOT NULL
            ) WITH (fillfactor = 30);
            """
    }

    /// A partition is made beside the table and then attached, which needs a weaker lock than creating it in place.
    ///
    /// What cannot be made now is left to the default partition: rows of that day may be there already, somebody else
    /// may be making it, a lock may not come, the account may not own the table.
    private static func finishedDays(_ schema: Schema) -> String {
        """
        CREATE FUNCTION \(schema.name).prepare_finished_days(days integer) RETURNS integer
        LANGUAGE plpgsql SET lock_timeout = '2s' AS $days$
        DECLARE
            day date;
            part text;
            made integer := 0;
        BEGIN
            FOR day IN SELECT (now() AT TIME ZONE 'UTC')::date + n FROM generate_series(0, days - 1) AS n LOOP
                part := format('\(schema.name).%I', 'finished_job_' || to_char(day, 'YYYYMMDD'));
                CONTINUE WHEN to_regclass(part) IS NOT NULL;
                BEGIN
                    EXECUTE format('CREATE TABLE %s (LIKE \(schema.finished) INCLUDING ALL)', part);
                    EXECUTE format(
                        'ALTER TABLE \(schema.finished) ATTACH PARTITION %s FOR VALUES FROM (%L) TO (%L)',
                        part, day::timestamp AT TIME ZONE 'UTC', (day + 1)::timestamp AT TIME ZONE 'UTC'
                    );
                    made := made + 1;
                EXCEPTION
                    WHEN check_violation OR duplicate_table OR lock_not_available OR insufficient_privilege
                        OR deadlock_detected OR invalid_object_definition THEN NULL;
                END;
            END LOOP;
            RETURN made;
        END
        $days$;

        DO $first$ BEGIN PERFORM \(schema.name).prepare_finished_days(4); END $first$;
        """
    }
}
