internal import Baton

extension Migration {
    /// Statistics, and the removal of jobs whose time is over.
    static let retention = Migration(version: 11) { schema in
        [retentionTables(schema), statisticsViews(schema), retentionIndexes(schema), retain(schema), rights(schema)]
            .joined(separator: "\n")
    }

    /// A server's account need not own the partitions that it removes.
    private static func rights(_ schema: Schema) -> String {
        """
        ALTER FUNCTION \(schema.name).retain SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
        REVOKE ALL ON FUNCTION \(schema.name).retain FROM PUBLIC;
        """
    }

    private static func retentionTables(_ schema: Schema) -> String {
        let statistics = [schema.statisticHour, schema.statisticDay].map { table in
            """
            CREATE TABLE \(table) (
                start timestamptz NOT NULL,
                type text NOT NULL,
                state smallint NOT NULL,
                -- 0 for a kind that is there although it was not counted.
                jobs bigint NOT NULL,
                duration_ms double precision NOT NULL,
                PRIMARY KEY (start, type, state)
            );
            """
        }
        return """
            \(statistics.joined(separator: "\n"))

            CREATE TABLE \(schema.retention) (
                is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
                -- The end of the last hour that is counted; what ended later is never removed.
                counted_until timestamptz NOT NULL
            );
            INSERT INTO \(schema.retention) (counted_until)
            SELECT date_trunc('hour', least(now(), min(j.state_at)), 'UTC')
            FROM (SELECT state_at FROM \(schema.finished) UNION ALL SELECT state_at FROM \(schema.failed)) AS j;

            -- Partitions that are gone through row by row, and how far.
            CREATE TABLE \(schema.retentionWalk) (
                part text NOT NULL,
                -- What is removed from it.
                aim text NOT NULL,
                -- Of the default partition, what ended by then.
                until timestamptz NOT NULL,
                last_id uuid NOT NULL,
                is_over boolean NOT NULL,
                at timestamptz NOT NULL DEFAULT now(),
                PRIMARY KEY (part, aim)
            );
            """
    }

    private static func statisticsViews(_ schema: Schema) -> String {
        let state = "\(schema.name).state_name(s.state) AS state"
        return """
            CREATE VIEW \(schema.name).job_statistics_hourly AS
            SELECT s.start AS hour, s.type, \(state), s.jobs, s.duration_ms
            FROM \(schema.statisticHour) AS s WHERE s.jobs > 0;

            -- Days that are not over are added up from their hours.
            CREATE VIEW \(schema.name).job_statistics_daily AS
            SELECT s.start AS day, s.type, \(state), s.jobs, s.duration_ms
            FROM \(schema.statisticDay) AS s WHERE s.jobs > 0
            UNION ALL
            SELECT date_trunc('day', s.start, 'UTC'), s.type, \(state), sum(s.jobs)::bigint, sum(s.duration_ms)
            FROM \(schema.statisticHour) AS s
            WHERE s.start >= (SELECT date_trunc('day', r.counted_until, 'UTC') FROM \(schema.retention) AS r)
            GROUP BY date_trunc('day', s.start, 'UTC'), s.type, s.state;
            """
    }

    /// Rows come in the order of their times, so that an index of ranges of pages leads to an hour and costs an insert next
    /// to nothing.
    ///
    /// It is built where there are no rows yet; on a full table that would keep completions waiting, and the days that have
    /// none are soon gone.
    private static func retentionIndexes(_ schema: Schema) -> String {
        """
        CREATE INDEX failed_job_state_at ON \(schema.failed) (state_at);
        CREATE INDEX finished_job_state_at ON ONLY \(schema.finished) USING brin (state_at);
        DO $indexes$
        DECLARE
            part name;
            is_empty boolean;
        BEGIN
            FOR part IN
                SELECT c.relname FROM pg_inherits AS i JOIN pg_class AS c ON c.oid = i.inhrelid
                WHERE i.inhparent = '\(schema.finished)'::regclass ORDER BY c.relname
            LOOP
                EXECUTE format('SELECT NOT EXISTS (SELECT FROM \(schema.name).%I)', part) INTO is_empty;
                CONTINUE WHEN NOT is_empty;
                EXECUTE format('CREATE INDEX %I ON \(schema.name).%I USING brin (state_at)', part || '_state_at', part);
                EXECUTE format(
                    'ALTER INDEX \(schema.name).finished_job_state_at ATTACH PARTITION \(schema.name).%I',
                    part || '_state_at'
                );
            END LOOP;
        END
        $indexes$;
        """
    }
}
