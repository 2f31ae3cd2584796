extension Migration {
    /// One command that brings a namespace to the current version, whoever else tries at the same time.
    ///
    /// A single command, because callers must not need a session: the advisory lock ends with its transaction. The schema
    /// is created only where it is missing, so that an account without that right can use one that was made for it.
    ///
    /// - Parameter schema: The namespace.
    /// - Returns: SQL.
    static func statement(for schema: Schema) -> String {
        let steps = all.map { migration in
            """
                IF found < \(migration.version) THEN
                    EXECUTE $step$\(migration.sql(schema))$step$;
                    INSERT INTO \(schema.migration) (version) VALUES (\(migration.version));
                END IF;
            """
        }
        return """
            DO $migrate$
            DECLARE
                found integer;
            BEGIN
                -- Another's migration takes as long as it takes, and no heartbeat waits for this one.
                PERFORM set_config('lock_timeout', '0', true);
                PERFORM pg_advisory_xact_lock(hashtextextended('baton migration of \(schema.namespace.name)', 0));
                IF to_regnamespace('\(schema.name)') IS NULL THEN
                    CREATE SCHEMA \(schema.name);
                END IF;
                IF to_regclass('\(schema.migration)') IS NULL THEN
                    CREATE TABLE \(schema.migration) (
                        version integer PRIMARY KEY,
                        applied_at timestamptz NOT NULL DEFAULT now()
                    );
                END IF;
                SELECT coalesce(max(version), 0) INTO found FROM \(schema.migration);
                IF found > \(currentVersion) THEN
                    RAISE EXCEPTION 'schema % has version %, this program knows versions up to \(currentVersion)',
                        '\(schema.namespace.name)', found
                        USING ERRCODE = '\(newerSchemaState)', HINT = 'Update the program.';
                END IF;
            \(steps.joined(separator: "\n"))
            END
            $migrate$
            """
    }

    /// Reads the version that a namespace has.
    ///
    /// - Parameter schema: The namespace.
    /// - Returns: SQL.
    static func versionQuery(for schema: Schema) -> String {
        "SELECT coalesce(max(version), 0) FROM \(schema.migration)"
    }
}
