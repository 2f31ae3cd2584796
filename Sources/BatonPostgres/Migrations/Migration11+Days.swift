internal import Baton

extension Migration {
    /// A day of which nothing is to stay.
    ///
    /// The statistics tell what is in a day. Where kinds of jobs differ, the rows themselves are asked before they go: one may
    /// have come late.
    static func takeDays(_ schema: Schema) -> String {
        let (succeeded, deleted) = (JobState.succeeded.code, JobState.deleted.code)
        return """
                FOR v_day IN
                    SELECT c.oid AS id, c.relname AS part,
                        to_date(right(c.relname, 8), 'YYYYMMDD')::timestamp AT TIME ZONE 'UTC' AS start,
                        to_date(right(c.relname, 8), 'YYYYMMDD')::timestamp AT TIME ZONE 'UTC' + interval '24 hours' AS over_at
                    FROM pg_inherits AS i JOIN pg_class AS c ON c.oid = i.inhrelid
                    WHERE i.inhparent = '\(schema.finished)'::regclass AND c.relname ~ '^finished_job_[0-9]{8}$'
                    ORDER BY c.relname
                LOOP
                    EXIT WHEN v_day.over_at > v_until;
                    SELECT bool_or(t IS NULL OR v_day.over_at + \(Schema.interval("t")) >= now()) INTO v_stays
                    FROM unnest(p_succeeded || p_deleted) AS t;
                    IF v_stays THEN
                        SELECT coalesce(bool_or(NOT k.is_past), false),
                            md5(string_agg(k.state || ' ' || k.type, ',' ORDER BY k.type, k.state) FILTER (WHERE k.is_past))
                        INTO v_stays, v_aim
                        FROM (
                            SELECT s.type, s.state,
                                coalesce(v_day.over_at + \(retentionStay("s")) < now(), false) AS is_past
                            FROM \(schema.statisticDay) AS s
                            WHERE s.start = v_day.start AND s.state IN (\(succeeded), \(deleted))
                        ) AS k;
                        IF NOT v_stays THEN
                            EXECUTE format(
                                $kind$SELECT j.type, j.state FROM \(schema.name).%I AS j WHERE NOT \(isPastRetention) LIMIT 1$kind$,
                                v_day.part
                            ) INTO v_kind USING p_names, p_succeeded, p_deleted;
                            IF v_kind.type IS NOT NULL THEN
                                INSERT INTO \(schema.statisticDay) (start, type, state, jobs, duration_ms)
                                VALUES (v_day.start, v_kind.type, v_kind.state, 0, 0) ON CONFLICT DO NOTHING;
                                v_stays := true;
                            END IF;
                        END IF;
                        IF v_stays THEN
                            IF v_walk_part IS NULL AND v_aim IS NOT NULL AND NOT EXISTS (
                                SELECT FROM \(schema.retentionWalk) AS w
                                WHERE w.part = v_day.part AND w.aim = v_aim AND w.is_over
                            ) THEN
                                v_walk_part := v_day.part;
                                v_walk_aim := v_aim;
                                v_walk_until := v_day.over_at;
                            END IF;
                            CONTINUE;
                        END IF;
                    END IF;
                    BEGIN
                        -- It stops a vacuum, and holds nobody up.
                        EXECUTE format(
                            'LOCK TABLE \(schema.name).%I, \(schema.name).\(defaultDay) IN SHARE UPDATE EXCLUSIVE MODE',
                            v_day.part
                        );
                        PERFORM set_config('lock_timeout', '100ms', true);
                        EXECUTE format('ALTER TABLE \(schema.finished) DETACH PARTITION \(schema.name).%I', v_day.part);
                        EXECUTE format('ALTER TABLE \(schema.name).%I RENAME TO %I', v_day.part, 'removed_job_' || v_day.id);
                        SELECT coalesce(sum(s.jobs) FILTER (WHERE s.state = \(succeeded)), 0),
                            coalesce(sum(s.jobs) FILTER (WHERE s.state = \(deleted)), 0)
                        INTO o_succeeded, o_deleted
                        FROM \(schema.statisticDay) AS s WHERE s.start = v_day.start;
                        o_days := 1;
                        o_more := true;
                        RETURN;
                    EXCEPTION
                        WHEN lock_not_available OR deadlock_detected OR insufficient_privilege OR undefined_table
                            OR object_in_use OR dependent_objects_still_exist THEN EXIT;
                    END;
                END LOOP;
            """
    }

    /// A day that was taken away.
    static func dropRemoved(_ schema: Schema) -> String {
        """
            FOR v_day IN
                SELECT c.relname AS part FROM pg_class AS c
                WHERE c.relnamespace = '\(schema.name)'::regnamespace AND c.relkind = 'r'
                    AND c.relname ~ '^removed_job_[0-9]+$' AND NOT c.relispartition
                ORDER BY c.relname
            LOOP
                BEGIN
                    EXECUTE format('DROP TABLE \(schema.name).%I', v_day.part);
                    o_more := true;
                    RETURN;
                EXCEPTION
                    WHEN lock_not_available OR deadlock_detected OR insufficient_privilege OR undefined_table
                        OR object_in_use OR dependent_objects_still_exist THEN CONTINUE;
                END;
            END LOOP;
        """
    }
}
