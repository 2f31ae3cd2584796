internal import Baton

extension Migration {
    /// One step of retention.
    ///
    /// How long jobs stay is said by name, in microseconds, NULL for ever; the first name is empty and stands for all others.
    ///
    /// A day goes as a whole when nothing of it is to stay. To take a partition away needs the parent's strongest lock, behind
    /// which every completion waits: it is asked for when nothing else is in the way any more, and for a tenth of a second.
    /// What cannot be taken away now is left for the next look: somebody reads it, the account does not own the table,
    /// something of the user's own rests on it. Its files, which may take a disk a while, go in a step of their own.
    static func retain(_ schema: Schema) -> String {
        """
        CREATE FUNCTION \(schema.name).retain(
            p_names text[], p_succeeded bigint[], p_deleted bigint[], p_failed bigint[],
            p_hourly bigint, p_daily bigint, p_limit bigint, p_oldest timestamptz,
            OUT o_hours bigint, OUT o_days bigint, OUT o_succeeded bigint, OUT o_deleted bigint, OUT o_failed bigint,
            OUT o_more boolean
        ) LANGUAGE plpgsql SET lock_timeout = '2s' SET enable_seqscan = off AS $retain$
        DECLARE
            v_until timestamptz;
            v_looks integer := 0;
            v_found bigint := 0;
            v_day record;
            v_kind record;
            v_stays boolean;
            v_aim text;
            v_walk_part text;
            v_walk_aim text;
            v_walk_until timestamptz;
            v_last uuid;
            v_shortest bigint;
        BEGIN
            o_hours := 0; o_days := 0; o_succeeded := 0; o_deleted := 0; o_failed := 0; o_more := false;
            IF NOT pg_try_advisory_xact_lock(hashtextextended('baton retention of \(schema.namespace.name)', 0)) THEN
                RETURN;
            END IF;
            SELECT r.counted_until INTO v_until FROM \(schema.retention) AS r;
        \(count(schema))
            -- What follows may have to go through a whole table.
            PERFORM set_config('enable_seqscan', 'on', true);
        \(takeDays(schema))
        \(dropRemoved(schema))
        \(walk(schema))
        \(takeFailed(schema))
        \(forget(schema))
        END
        $retain$;
        """
    }

    /// Hours that are over, up to one in which jobs ended.
    ///
    /// An hour is found by the index of ranges, which a planner that does not know how well the rows are in order takes for
    /// dearer than a scan of the day.
    ///
    /// A job bears the time at which its transaction began: no transaction of a server may be so old. The caller says how old
    /// the oldest is: whoever owns the function need not see those of servers.
    private static func count(_ schema: Schema) -> String {
        """
            WHILE v_until + interval '1 hour' + \(Schema.interval("\(JobStatistic.patience.microseconds)")) <= now()
                AND v_found = 0 AND v_looks < 1000
            LOOP
                EXIT WHEN p_oldest < v_until + interval '1 hour';
                INSERT INTO \(schema.statisticHour) AS s (start, type, state, jobs, duration_ms)
                SELECT v_until, j.type, j.state, count(*),
                    coalesce(sum(((j.history[cardinality(j.history)]).data ->> 'duration_ms')::float8), 0)
                FROM (
                    SELECT f.type, f.state, f.history FROM \(schema.finished) AS f
                    WHERE f.state_at >= v_until AND f.state_at < v_until + interval '1 hour'
                    UNION ALL
                    SELECT f.type, f.state, f.history FROM \(schema.failed) AS f
                    WHERE f.state_at >= v_until AND f.state_at < v_until + interval '1 hour'
                ) AS j
                GROUP BY j.type, j.state
                ON CONFLICT (start, type, state) DO UPDATE SET jobs = excluded.jobs, duration_ms = excluded.duration_ms;
                GET DIAGNOSTICS v_found = ROW_COUNT;
                v_until := v_until + interval '1 hour';
                v_looks := v_looks + 1;
                IF v_until = date_trunc('day', v_until, 'UTC') THEN
                    INSERT INTO \(schema.statisticDay) AS s (start, type, state, jobs, duration_ms)
                    SELECT v_until - interval '24 hours', h.type, h.state, sum(h.jobs), sum(h.duration_ms)
                    FROM \(schema.statisticHour) AS h
                    WHERE h.start >= v_until - interval '24 hours' AND h.start < v_until
                    GROUP BY h.type, h.state
                    ON CONFLICT (start, type, state)
                        DO UPDATE SET jobs = excluded.jobs, duration_ms = excluded.duration_ms;
                END IF;
            END LOOP;
            IF v_looks > 0 THEN
                UPDATE \(schema.retention) SET counted_until = v_until;
                o_hours := v_looks;
                o_more := true;
                RETURN;
            END IF;
        """
    }

    /// A stretch of a partition of which some rows stay, in the order of their ids.
    private static func walk(_ schema: Schema) -> String {
        let (succeeded, deleted) = (JobState.succeeded.code, JobState.deleted.code)
        let none = "00000000-0000-0000-0000-000000000000"
        return """
                IF v_walk_part IS NULL AND EXISTS (
                    SELECT FROM unnest(p_succeeded || p_deleted) AS t WHERE t IS NOT NULL
                ) THEN
                    v_walk_aim := md5(concat_ws(' ', p_names::text, p_succeeded::text, p_deleted::text));
                    v_walk_until := v_until;
                    IF NOT EXISTS (
                        SELECT FROM \(schema.retentionWalk) AS w
                        WHERE w.part = '\(defaultDay)' AND w.aim = v_walk_aim AND w.is_over AND w.until >= v_until
                    ) THEN
                        v_walk_part := '\(defaultDay)';
                    END IF;
                END IF;
                IF v_walk_part IS NOT NULL THEN
                    SELECT w.last_id INTO v_last FROM \(schema.retentionWalk) AS w
                    WHERE w.part = v_walk_part AND w.aim = v_walk_aim AND NOT w.is_over;
                    v_last := coalesce(v_last, '\(none)');
                    EXECUTE format(
                        $walk$WITH stretch AS MATERIALIZED (
                            SELECT j.id, \(isPastRetention) AND j.state_at < $4 AS is_past FROM \(schema.name).%1$I AS j
                            WHERE j.id > $5 ORDER BY j.id LIMIT $6
                        ), gone AS (
                            DELETE FROM \(schema.name).%1$I AS j
                            WHERE j.id = ANY (ARRAY(SELECT s.id FROM stretch AS s WHERE s.is_past)) AND \(isPastRetention)
                            RETURNING j.state
                        )
                        SELECT (SELECT count(*) FROM stretch) AS found,
                            (SELECT s.id FROM stretch AS s ORDER BY s.id DESC LIMIT 1) AS last,
                            count(*) FILTER (WHERE g.state = \(succeeded)) AS succeeded,
                            count(*) FILTER (WHERE g.state = \(deleted)) AS deleted
                        FROM gone AS g$walk$,
                        v_walk_part
                    ) INTO v_kind USING p_names, p_succeeded, p_deleted, v_until, v_last, p_limit;
                    INSERT INTO \(schema.retentionWalk) AS w (part, aim, until, last_id, is_over)
                    VALUES (v_walk_part, v_walk_aim, v_walk_until, coalesce(v_kind.last, v_last), v_kind.found < p_limit)
                    ON CONFLICT (part, aim) DO UPDATE SET is_over = excluded.is_over, last_id = excluded.last_id, at = now(),
                        -- What has become old since it began is for the next walk.
                        until = CASE WHEN w.is_over THEN excluded.until ELSE w.until END;
                    o_succeeded := v_kind.succeeded;
                    o_deleted := v_kind.deleted;
                    -- Another partition may be next.
                    o_more := v_kind.found > 0 OR v_walk_part <> '\(defaultDay)';
                END IF;
            """
    }

    /// Failed jobs have a table and times of their own.
    private static func takeFailed(_ schema: Schema) -> String {
        """
            SELECT min(t) INTO v_shortest FROM unnest(p_failed) AS t;
            IF v_shortest IS NOT NULL THEN
                WITH old AS MATERIALIZED (
                    SELECT j.id FROM \(schema.failed) AS j
                    WHERE j.state_at < least(v_until, now() - \(Schema.interval("v_shortest")))
                        AND j.state_at + \(retentionStay("j")) < now()
                    ORDER BY j.state_at LIMIT p_limit FOR UPDATE SKIP LOCKED
                )
                DELETE FROM \(schema.failed) AS j USING old WHERE j.id = old.id;
                GET DIAGNOSTICS o_failed = ROW_COUNT;
                o_more := o_more OR o_failed = p_limit;
            END IF;
        """
    }

    /// Statistics that are past their own time, and walks through partitions that are gone.
    ///
    /// What is in a day is known as long as the day is there.
    private static func forget(_ schema: Schema) -> String {
        """
            DELETE FROM \(schema.statisticHour) AS s
            WHERE s.start < least(now() - \(Schema.interval("p_hourly")), date_trunc('day', v_until, 'UTC'))
                AND p_hourly IS NOT NULL;
            DELETE FROM \(schema.statisticDay) AS s
            WHERE s.start < now() - \(Schema.interval("p_daily")) AND to_regclass(
                '\(schema.finished)_' || to_char(s.start AT TIME ZONE 'UTC', 'YYYYMMDD')
            ) IS NULL;
            DELETE FROM \(schema.retentionWalk) AS w
            WHERE w.at < now() - interval '1 day'
                AND (w.part = '\(defaultDay)' OR to_regclass('\(schema.name).' || w.part) IS NULL);
        """
    }

    /// Where jobs are that ended on a day without a partition.
    static let defaultDay = "finished_job_default"

    /// SQL for how long a row of a table or view stays.
    static func retentionStay(_ row: String) -> String {
        let times = """
            CASE \(row).state WHEN \(JobState.succeeded.code) THEN p_succeeded \
            WHEN \(JobState.deleted.code) THEN p_deleted ELSE p_failed END
            """
        return Schema.interval("(\(times))[coalesce(array_position(p_names, \(row).type), 1)]")
    }

    /// Whether the time of a finished row `j` is over, in a command that is put together: `$1` names, `$2` and `$3` times.
    static let isPastRetention: String = {
        let times = "CASE j.state WHEN \(JobState.succeeded.code) THEN $2 ELSE $3 END"
        let stay = Schema.interval("(\(times))[coalesce(array_position($1, j.type), 1)]")
        return "coalesce(j.state_at + \(stay) < now(), false)"
    }()
}
