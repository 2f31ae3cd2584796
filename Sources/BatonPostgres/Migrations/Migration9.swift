internal import Baton

extension Migration {
    /// The SQL door: functions that producers call in transactions of their own.
    ///
    /// The functions act with the rights of whoever owns the schema, so each names everything in full and trusts no search
    /// path. Inside them a row is inserted before the arm is read: for what that order is good, see ``DoorWatch``.
    static let door = Migration(version: 9) { schema in
        """
        -- Whether a server waits to be told of what producers store: 1 while one does. A sequence, because it is read as it
        -- is, whatever snapshot a transaction has, and setting it locks no row.
        CREATE SEQUENCE \(schema.door) MINVALUE 0 START 0;

        \(enqueue(schema))

        \(deleteJob(schema))

        \(requeueJob(schema))

        \(jobStatus(schema))

        REVOKE ALL ON FUNCTION \(schema.name).enqueue, \(schema.name).delete_job, \(schema.name).requeue_job,
            \(schema.name).job_status FROM PUBLIC;

        -- An account that may write to the tables need not own them.
        ALTER FUNCTION \(schema.name).prepare_finished_days SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
        """
    }

    private static let header = "SECURITY DEFINER SET search_path = pg_catalog, pg_temp"

    /// SQL for the role that calls, which within the functions is neither `current_user` nor, after `SET ROLE`,
    /// `session_user`.
    private static let caller = "coalesce(nullif(current_setting('role'), 'none'), session_user::text)"

    private static func tell(_ schema: Schema, _ sign: DoorSign) -> String {
        "PERFORM (\(DoorStatements.tell(schema, sign)));"
    }

    private static func enqueue(_ schema: Schema) -> String {
        let shared = "id, type, queue, arguments, max_attempts, priority"
        let values = "job, enqueue.type, place, enqueue.arguments, attempts, rank"
        func start(_ state: JobState, generation: Int, data: String) -> String {
            "ARRAY[\(schema.entry(state, at: "present", run: "0", attempt: "0", generation: "\(generation)", data: data))]"
        }
        func exists(in tables: [String]) -> String {
            "EXISTS (\(tables.map { "SELECT FROM \($0) WHERE id = job" }.joined(separator: " UNION ALL ")))"
        }
        func takenBack(from table: String) -> String {
            """
            -- A conflict waits for whoever has the id under way; this looks again, later than that.
                    IF enqueue.id IS NOT NULL AND \(exists(in: schema.jobTables.filter { $0 != table })) THEN
                        DELETE FROM \(table) WHERE id = job;
                        RETURN job;
                    END IF;
            """
        }
        let by = "'enqueued_by', \(caller)"
        return """
            CREATE FUNCTION \(schema.name).enqueue(
                type text, arguments jsonb, queue text DEFAULT 'default', run_at timestamptz DEFAULT NULL,
                priority integer DEFAULT 0, max_attempts integer DEFAULT NULL, unique_key text DEFAULT NULL,
                id uuid DEFAULT NULL
            ) RETURNS uuid LANGUAGE plpgsql \(header) AS $enqueue$
            #variable_conflict use_column
            DECLARE
                present timestamptz := statement_timestamp();
                place text := coalesce(enqueue.queue, '\(QueueName.default)');
                rank integer := coalesce(enqueue.priority, 0);
                attempts integer := coalesce(enqueue.max_attempts, \(JobClientConfiguration().defaultMaximumAttempts));
                now_us bigint := (extract(epoch FROM clock_timestamp()) * 1000000)::bigint;
                job uuid := enqueue.id;
            BEGIN
                \(doorChecks(schema))
                IF job IS NULL THEN
                    -- A UUIDv7 whose 12 bits behind the milliseconds count their fractions.
                    job := encode(
                        substring(int8send(now_us / 1000) FROM 3)
                            || substring(int8send(28672 + now_us % 1000 * 4096 / 1000) FROM 7)
                            || substring(uuid_send(gen_random_uuid()) FROM 9),
                        'hex'
                    )::uuid;
                ELSIF \(exists(in: schema.jobTables)) THEN
                    RETURN job;
                END IF;
                IF enqueue.run_at IS NULL THEN
                    -- No session and the number 0: what servers look for that publish what came in by SQL.
                    INSERT INTO \(schema.active) (
                        \(shared), seq, state, generation, run, attempt, created_at, enqueued_at, state_at, history
                    ) VALUES (
                        \(values), 0, \(JobState.enqueued.code), 1, 0, 0, present, present, present,
                        \(start(.enqueued, generation: 1, data: "jsonb_build_object(\(by))"))
                    ) ON CONFLICT (id) DO NOTHING;
                    IF NOT FOUND THEN
                        RETURN job;
                    END IF;
                    \(takenBack(from: schema.active))
                    \(tell(schema, .ready))
                ELSE
                    INSERT INTO \(schema.scheduled) (
                        \(shared), run_at, state, generation, run, attempt, created_at, state_at, history
                    ) VALUES (
                        \(values), enqueue.run_at, \(JobState.scheduled.code), 0, 0, 0, present, present,
                        \(start(.scheduled, generation: 0, data: "jsonb_build_object('scheduled_at', enqueue.run_at, \(by))"))
                    ) ON CONFLICT (id) DO NOTHING;
                    IF NOT FOUND THEN
                        RETURN job;
                    END IF;
                    \(takenBack(from: schema.scheduled))
                    -- What is due later every server finds by itself.
                    IF enqueue.run_at < present + interval '15 seconds' THEN
                        \(tell(schema, .scheduled))
                    END IF;
                END IF;
                RETURN job;
            END
            $enqueue$;
            """
    }

    private static func deleteJob(_ schema: Schema) -> String {
        let pending = [schema.active, schema.scheduled, schema.failed]
        let gone = pending.indices.map { "g\($0) AS (DELETE FROM \(pending[$0]) WHERE id = $1 RETURNING *)" }
        let union = pending.indices.map { "SELECT \(JobColumns.list) FROM g\($0)" }.joined(separator: " UNION ALL ")
        let values = JobColumns.values(replacing: [
            "state": "\(JobState.deleted.code)", "state_at": Schema.moveTime, "claim": "NULL", "session": "NULL",
            "seq": "NULL", "run_at": "NULL", "history": "j.history || \(schema.entry(.deleted))",
        ])
        return """
            CREATE FUNCTION \(schema.name).delete_job(id uuid) RETURNS boolean LANGUAGE plpgsql \(header) AS $delete$
            #variable_conflict use_column
            BEGIN
                -- A job between two tables escapes a statement. It can be met there a few times, not for ever.
                FOR tries IN 1..20 LOOP
                    WITH \(gone.joined(separator: ", "))
                    INSERT INTO \(schema.finished) (\(JobColumns.list)) SELECT \(values) FROM (\(union)) AS j;
                    IF FOUND THEN
                        RETURN true;
                    END IF;
                    EXIT WHEN NOT EXISTS (\(pending.map { "SELECT FROM \($0) WHERE id = $1" }.joined(separator: " UNION ALL ")));
                END LOOP;
                RETURN false;
            END
            $delete$;
            """
    }

    private static func requeueJob(_ schema: Schema) -> String {
        let homes = [schema.scheduled, schema.failed, schema.finished]
        func isMovable(_ home: String) -> String {
            // Of what waits, only what waits for its time.
            "id = $1\(home == schema.scheduled ? " AND state = \(JobState.scheduled.code)" : "")"
        }
        let gone = homes.indices.map {
            "g\($0) AS (DELETE FROM \(homes[$0]) WHERE \(isMovable(homes[$0])) RETURNING *)"
        }
        let union = homes.indices.map { "SELECT \(JobColumns.list) FROM g\($0)" }.joined(separator: " UNION ALL ")
        let entry = schema.entry(.enqueued, attempt: "0", generation: "j.generation + 1")
        let values = JobColumns.values(replacing: [
            "state": "\(JobState.enqueued.code)", "generation": "j.generation + 1", "attempt": "0", "claim": "NULL",
            "session": "NULL", "seq": "0", "enqueued_at": Schema.moveTime, "state_at": Schema.moveTime,
            "run_at": "NULL", "result": "NULL", "history": "j.history || \(entry)",
        ])
        let isLeft = homes.map { "SELECT FROM \($0) WHERE \(isMovable($0))" }.joined(separator: " UNION ALL ")
        return """
            CREATE FUNCTION \(schema.name).requeue_job(id uuid) RETURNS boolean LANGUAGE plpgsql \(header) AS $requeue$
            #variable_conflict use_column
            BEGIN
                FOR tries IN 1..20 LOOP
                    WITH \(gone.joined(separator: ", "))
                    INSERT INTO \(schema.active) (\(JobColumns.list)) SELECT \(values) FROM (\(union)) AS j
                    -- An id that two callers gave at once, one for now and one for later: the first counts.
                    ON CONFLICT (id) DO NOTHING;
                    IF FOUND THEN
                        \(tell(schema, .ready))
                        RETURN true;
                    END IF;
                    EXIT WHEN NOT EXISTS (\(isLeft));
                END LOOP;
                RETURN false;
            END
            $requeue$;
            """
    }

    private static func jobStatus(_ schema: Schema) -> String {
        let columns = "state, attempt, state_at, result, error_type, error_message, history[1] AS start"
        let rows = schema.jobTables.map { "SELECT \(columns) FROM \($0) WHERE id = $1" }
        return """
            -- Who may read all jobs is told of all, everybody else of those that they have enqueued.
            CREATE FUNCTION \(schema.name).job_status(id uuid) RETURNS TABLE (
                state text, attempt integer, state_at timestamptz, result jsonb, error_type text, error_message text
            ) LANGUAGE plpgsql STABLE \(header) AS $status$
            #variable_conflict use_column
            DECLARE
                caller name := \(caller);
            BEGIN
                RETURN QUERY
                SELECT \(schema.name).state_name(j.state), j.attempt, j.state_at, j.result, j.error_type, j.error_message
                FROM (
                    \(rows.joined(separator: "\n        UNION ALL "))
                ) AS j
                WHERE (j.start).data ->> 'enqueued_by' = caller
                    OR has_table_privilege(caller, '\(schema.name).jobs', 'SELECT');
            END
            $status$;
            """
    }
}
