-- Accounts for Baton's namespace "baton". For a superuser, after every migration, and as often as
-- you like.
--
--   baton_migrator   owns the schema and brings it up to date (baton migrate)
--   baton_runtime    servers and Swift clients: reads and writes rows, changes no table
--   baton_producer   enqueues by SQL, and asks after its own jobs
--   baton_reader     reads the public views
--
-- None of them can log in. Grant them to accounts that can (GRANT "baton_producer" TO shop), or make them such
-- accounts themselves; the migrator is best one of its own, so that what it makes belongs to it:
-- ALTER ROLE "baton_migrator" LOGIN PASSWORD '…'.
BEGIN;

DO $roles$
DECLARE
    role text;
BEGIN
    FOREACH role IN ARRAY ARRAY['migrator', 'runtime', 'producer', 'reader'] LOOP
        IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'baton_' || role) THEN
            EXECUTE pg_catalog.format('CREATE ROLE %I NOLOGIN', 'baton_' || role);
        END IF;
    END LOOP;
END
$roles$;

-- The migrator owns everything.
CREATE SCHEMA IF NOT EXISTS "baton";

ALTER SCHEMA "baton" OWNER TO "baton_migrator";

DO $owner$
DECLARE
    command text;
BEGIN
    FOR command IN
        SELECT pg_catalog.format('ALTER %s %s OWNER TO "baton_migrator"',
            CASE c.relkind WHEN 'v' THEN 'VIEW' WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, c.oid::regclass)
        FROM pg_catalog.pg_class AS c
        WHERE c.relnamespace = '"baton"'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'S')
            AND c.relowner <> '"baton_migrator"'::regrole
        UNION ALL
        SELECT pg_catalog.format('ALTER FUNCTION %s OWNER TO "baton_migrator"', p.oid::regprocedure)
        FROM pg_catalog.pg_proc AS p
        WHERE p.pronamespace = '"baton"'::regnamespace AND p.proowner <> '"baton_migrator"'::regrole
        UNION ALL
        SELECT pg_catalog.format('ALTER TYPE %s OWNER TO "baton_migrator"', t.oid::regtype)
        FROM pg_catalog.pg_type AS t JOIN pg_catalog.pg_class AS c ON c.oid = t.typrelid
        WHERE t.typnamespace = '"baton"'::regnamespace AND c.relkind = 'c'
            AND t.typowner <> '"baton_migrator"'::regrole
    LOOP
        EXECUTE command;
    END LOOP;
END
$owner$;

-- Nobody may do anything by default.
REVOKE ALL ON SCHEMA "baton" FROM PUBLIC;

REVOKE ALL ON ALL TABLES IN SCHEMA "baton" FROM PUBLIC, "baton_runtime", "baton_producer", "baton_reader";

REVOKE ALL ON ALL SEQUENCES IN SCHEMA "baton" FROM PUBLIC, "baton_runtime", "baton_producer", "baton_reader";

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA "baton" FROM PUBLIC, "baton_runtime", "baton_producer", "baton_reader";

GRANT USAGE ON SCHEMA "baton" TO "baton_runtime", "baton_producer", "baton_reader";

DO $grants$
DECLARE
    command text;
BEGIN
    -- Nothing is there yet before the first migration.
    IF to_regclass('"baton".migration') IS NULL THEN
        RETURN;
    END IF;
    GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA "baton" TO "baton_runtime";
    REVOKE INSERT, UPDATE, DELETE ON "baton".migration FROM "baton_runtime";
    GRANT SELECT, UPDATE ON ALL SEQUENCES IN SCHEMA "baton" TO "baton_runtime";
    GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA "baton" TO "baton_runtime";

    GRANT EXECUTE ON FUNCTION
        "baton".enqueue(text, jsonb, text, timestamptz, integer, integer, text, uuid),
        "baton".job_status(uuid)
    TO "baton_producer";

    FOR command IN
        SELECT pg_catalog.format('GRANT SELECT ON %s TO "baton_reader"', c.oid::regclass)
        FROM pg_catalog.pg_class AS c
        WHERE c.relnamespace = '"baton"'::regnamespace AND c.relkind = 'v'
    LOOP
        EXECUTE command;
    END LOOP;
    GRANT EXECUTE ON FUNCTION "baton".state_name(smallint) TO "baton_reader";
END
$grants$;

-- What the next migration makes is nobody's until this is run again, but the servers'.
ALTER DEFAULT PRIVILEGES FOR ROLE "baton_migrator" IN SCHEMA "baton"
    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO "baton_runtime";

ALTER DEFAULT PRIVILEGES FOR ROLE "baton_migrator" IN SCHEMA "baton"
    GRANT SELECT, UPDATE ON SEQUENCES TO "baton_runtime";

ALTER DEFAULT PRIVILEGES FOR ROLE "baton_migrator" IN SCHEMA "baton"
    GRANT EXECUTE ON FUNCTIONS TO "baton_runtime";

ALTER DEFAULT PRIVILEGES FOR ROLE "baton_migrator" REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;

COMMIT;
