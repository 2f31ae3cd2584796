/// What accounts may do in a namespace.
enum Grants {
    /// SQL that makes the roles, gives the namespace to the migrator, and grants the others what they need; it may be run
    /// again.
    ///
    /// - Parameter schema: The namespace.
    /// - Returns: A script.
    static func script(for schema: Schema) -> String {
        let name = schema.namespace.name
        return """
            -- Accounts for Baton's namespace "\(name)". For a superuser, after every migration, and as often as
            -- you like.
            --
            --   \(name)_migrator   owns the schema and brings it up to date (baton migrate)
            --   \(name)_runtime    servers and Swift clients: reads and writes rows, changes no table
            --   \(name)_producer   enqueues by SQL, and asks after its own jobs
            --   \(name)_reader     reads the public views
            --
            -- None of them can log in. Grant them to accounts that can (GRANT "\(name)_producer" TO shop), or make them such
            -- accounts themselves; the migrator is best one of its own, so that what it makes belongs to it:
            -- ALTER ROLE "\(name)_migrator" LOGIN PASSWORD '…'.
            BEGIN;

            \(statements(for: schema).map { "\($0);" }.joined(separator: "\n\n"))

            COMMIT;

            """
    }

    /// The statements of the script, for one transaction.
    ///
    /// - Parameter schema: The namespace.
    /// - Returns: SQL, statement by statement.
    static func statements(for schema: Schema) -> [String] {
        let name = schema.namespace.name
        func role(_ role: String) -> String { "\"\(name)_\(role)\"" }
        let (migrator, runtime, producer, reader) = (
            role("migrator"), role("runtime"), role("producer"), role("reader")
        )
        let enqueue = "enqueue(text, jsonb, text, timestamptz, integer, integer, text, uuid)"
        return [
            """
            DO $roles$
            DECLARE
                role text;
            BEGIN
                FOREACH role IN ARRAY ARRAY['migrator', 'runtime', 'producer', 'reader'] LOOP
                    IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = '\(name)_' || role) THEN
                        EXECUTE pg_catalog.format('CREATE ROLE %I NOLOGIN', '\(name)_' || role);
                    END IF;
                END LOOP;
            END
            $roles$
            """,
            """
            -- The migrator owns everything.
            CREATE SCHEMA IF NOT EXISTS \(schema.name)
            """,
            """
            ALTER SCHEMA \(schema.name) OWNER TO \(migrator)
            """,
            """
            DO $owner$
            DECLARE
                command text;
            BEGIN
                FOR command IN
                    SELECT pg_catalog.format('ALTER %s %s OWNER TO \(migrator)',
                        CASE c.relkind WHEN 'v' THEN 'VIEW' WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, c.oid::regclass)
                    FROM pg_catalog.pg_class AS c
                    WHERE c.relnamespace = '\(schema.name)'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'S')
                        AND c.relowner <> '\(migrator)'::regrole
                    UNION ALL
                    SELECT pg_catalog.format('ALTER FUNCTION %s OWNER TO \(migrator)', p.oid::regprocedure)
                    FROM pg_catalog.pg_proc AS p
                    WHERE p.pronamespace = '\(schema.name)'::regnamespace AND p.proowner <> '\(migrator)'::regrole
                    UNION ALL
                    SELECT pg_catalog.format('ALTER TYPE %s OWNER TO \(migrator)', t.oid::regtype)
                    FROM pg_catalog.pg_type AS t JOIN pg_catalog.pg_class AS c ON c.oid = t.typrelid
                    WHERE t.typnamespace = '\(schema.name)'::regnamespace AND c.relkind = 'c'
                        AND t.typowner <> '\(migrator)'::regrole
                LOOP
                    EXECUTE command;
                END LOOP;
            END
            $owner$
            """,
            """
            -- Nobody may do anything by default.
            REVOKE ALL ON SCHEMA \(schema.name) FROM PUBLIC
            """,
            """
            REVOKE ALL ON ALL TABLES IN SCHEMA \(schema.name) FROM PUBLIC, \(runtime), \(producer), \(reader)
            """,
            """
            REVOKE ALL ON ALL SEQUENCES IN SCHEMA \(schema.name) FROM PUBLIC, \(runtime), \(producer), \(reader)
            """,
            """
            REVOKE ALL ON ALL FUNCTIONS IN SCHEMA \(schema.name) FROM PUBLIC, \(runtime), \(producer), \(reader)
            """,
            """
            GRANT USAGE ON SCHEMA \(schema.name) TO \(runtime), \(producer), \(reader)
            """,
            """
            DO $grants$
            DECLARE
                command text;
            BEGIN
                -- Nothing is there yet before the first migration.
                IF to_regclass('\(schema.migration)') IS NULL THEN
                    RETURN;
                END IF;
                GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA \(schema.name) TO \(runtime);
                REVOKE INSERT, UPDATE, DELETE ON \(schema.migration) FROM \(runtime);
                GRANT SELECT, UPDATE ON ALL SEQUENCES IN SCHEMA \(schema.name) TO \(runtime);
                GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA \(schema.name) TO \(runtime);

                GRANT EXECUTE ON FUNCTION
                    \(schema.name).\(enqueue),
                    \(schema.name).job_status(uuid)
                TO \(producer);

                FOR command IN
                    SELECT pg_catalog.format('GRANT SELECT ON %s TO \(reader)', c.oid::regclass)
                    FROM pg_catalog.pg_class AS c
                    WHERE c.relnamespace = '\(schema.name)'::regnamespace AND c.relkind = 'v'
                LOOP
                    EXECUTE command;
                END LOOP;
                GRANT EXECUTE ON FUNCTION \(schema.name).state_name(smallint) TO \(reader);
            END
            $grants$
            """,
            """
            -- What the next migration makes is nobody's until this is run again, but the servers'.
            ALTER DEFAULT PRIVILEGES FOR ROLE \(migrator) IN SCHEMA \(schema.name)
                GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO \(runtime)
            """,
            """
            ALTER DEFAULT PRIVILEGES FOR ROLE \(migrator) IN SCHEMA \(schema.name)
                GRANT SELECT, UPDATE ON SEQUENCES TO \(runtime)
            """,
            """
            ALTER DEFAULT PRIVILEGES FOR ROLE \(migrator) IN SCHEMA \(schema.name)
                GRANT EXECUTE ON FUNCTIONS TO \(runtime)
            """,
            """
            ALTER DEFAULT PRIVILEGES FOR ROLE \(migrator) REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC
            """,
        ]
    }
}
