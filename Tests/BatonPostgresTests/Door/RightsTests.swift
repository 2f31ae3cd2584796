import Baton
import Foundation
import PostgresClient
import Testing

@testable import BatonPostgres

/// What the accounts of a namespace may do, and that they can do nothing else.
@Suite(.enabled(if: StorageFixture.url != nil), .timeLimit(.minutes(15)))
struct RightsTests {
    @Test func aProducerEnqueuesAndAsksAfterItsOwnJobs() async throws {
        try await withAccounts { accounts in
            let id = try await accounts.sql(as: .producer, "SELECT ns.enqueue('a', '{}')")[0].decode(UUID.self, 0)
            let own = try await accounts.sql(as: .producer, "SELECT state FROM ns.job_status('\(id)')")
            #expect(try own.map { try $0.decode(String.self, 0) } == ["enqueued"])
            try await accounts.sql(as: .producer, "SELECT ns.enqueue('a', '{}', run_at => now() + interval '1 hour')")

            let other = try await accounts.sql("SELECT ns.enqueue('b', '{}')")[0].decode(UUID.self, 0)
            #expect(try await accounts.sql(as: .producer, "SELECT * FROM ns.job_status('\(other)')").isEmpty)
            // Whoever may read all jobs is told of all.
            for job in [id, other] {
                #expect(try await accounts.sql("SELECT * FROM ns.job_status('\(job)')").count == 1)
                #expect(try await accounts.sql(as: .runtime, "SELECT * FROM ns.job_status('\(job)')").count == 1)
            }
            // An account that is granted the role, and one that takes it on.
            let asRole = try await accounts.admin.withConnection { connection in
                let name = try accounts.schema.name
                for sql in ["SET ROLE \"\(accounts.name(.producer))\"", "SELECT * FROM \(name).job_status('\(other)')"]
                {
                    let result = try await connection.query(PostgresStatement(sql, prepared: false))
                    if sql.hasPrefix("SELECT") {
                        try await connection.query(PostgresStatement("RESET ROLE", prepared: false))
                        return result.count
                    }
                }
                return -1
            }
            #expect(asRole == 0)
        }
    }

    @Test func aProducerCanDoNothingElse() async throws {
        try await withAccounts { accounts in
            let id = try await accounts.sql("SELECT ns.enqueue('b', '{}')")[0].decode(UUID.self, 0)
            let relations = """
                SELECT c.relname::text, c.relkind::text FROM pg_class AS c
                WHERE c.relnamespace = '\(accounts.namespace)'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'S')
                """
            var count = 0
            for row in try await accounts.sql(relations) {
                let (name, kind) = try row.decode((String, String).self)
                count += 1
                try await accounts.expectDenied(.producer, "SELECT FROM ns.\"\(name)\"")
                if kind == "S" {
                    try await accounts.expectDenied(
                        .producer,
                        "SELECT setval('ns.\"\(name)\"', 1)",
                        "SELECT nextval('ns.\"\(name)\"')"
                    )
                }
                // Of views PostgreSQL says first that nobody can change most of them.
                if kind == "r" || kind == "p" {
                    try await accounts.expectDenied(
                        .producer,
                        "DELETE FROM ns.\"\(name)\"",
                        "INSERT INTO ns.\"\(name)\" DEFAULT VALUES",
                        "TRUNCATE ns.\"\(name)\"",
                        "DROP TABLE ns.\"\(name)\""
                    )
                }
            }
            #expect(count > 20, "all that is there was looked at")
            try await accounts.expectDenied(
                .producer,
                "SELECT ns.delete_job('\(id)')",
                "SELECT ns.requeue_job('\(id)')",
                "SELECT ns.prepare_finished_days(9)",
                "CREATE TABLE ns.mine (x int)",
                "CREATE FUNCTION ns.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
                "DROP FUNCTION ns.job_status(uuid)",
                "ALTER SCHEMA \"\(accounts.namespace)\" RENAME TO \"\(accounts.namespace)_x\"",
                "SET ROLE \"\(accounts.name(.runtime))\"",
                "SET ROLE \"\(accounts.name(.migrator))\"",
                "SET ROLE \"\(accounts.name(.reader))\""
            )
            let functions = """
                SELECT p.proname::text FROM pg_proc AS p
                WHERE p.pronamespace = '\(accounts.namespace)'::regnamespace
                    AND has_function_privilege('\(accounts.name(.producer))', p.oid, 'EXECUTE') ORDER BY 1
                """
            #expect(
                try await accounts.sql(functions).map { try $0.decode(String.self, 0) } == ["enqueue", "job_status"]
            )
            #expect(try await accounts.sql("SELECT * FROM ns.jobs").count == 1)
        }
    }

    /// The functions act with the rights of the schema's owner: names that a producer puts in their way mean nothing to them.
    @Test func aProducerCannotLeadTheFunctionsAstray() async throws {
        try await withAccounts { accounts in
            let evil = "\(accounts.namespace)_evil"
            try await accounts.sql("CREATE SCHEMA \(evil) AUTHORIZATION \"\(accounts.name(.producer))\"")
            let traps = [
                "jsonb_typeof(jsonb)", "octet_length(text)", "pg_notify(text, text)", "statement_timestamp()", "now()",
                "clock_timestamp()", "gen_random_uuid()", "int8send(bigint)", "has_table_privilege(name, text, text)",
                "isfinite(timestamptz)", "jsonb_build_object(VARIADIC \"any\")", "getdatabaseencoding()",
            ].filter { !$0.contains("any") }
            let result = [
                "jsonb_typeof(jsonb)": "text", "octet_length(text)": "int", "pg_notify(text, text)": "void",
                "statement_timestamp()": "timestamptz", "now()": "timestamptz", "clock_timestamp()": "timestamptz",
                "gen_random_uuid()": "uuid", "int8send(bigint)": "bytea",
                "has_table_privilege(name, text, text)": "boolean", "isfinite(timestamptz)": "boolean",
                "getdatabaseencoding()": "name",
            ]
            var sql = traps.map { trap in
                """
                CREATE FUNCTION \(evil).\(trap) RETURNS \(result[trap] ?? "int") LANGUAGE plpgsql AS
                'BEGIN RAISE EXCEPTION ''trapped as %'', current_user; END'
                """
            }
            sql += [
                """
                CREATE FUNCTION \(evil).same(text, text) RETURNS boolean LANGUAGE plpgsql AS
                'BEGIN RAISE EXCEPTION ''trapped as %'', current_user; END'
                """,
                "CREATE OPERATOR \(evil).= (LEFTARG = text, RIGHTARG = text, FUNCTION = \(evil).same)",
                "CREATE OPERATOR \(evil).~ (LEFTARG = text, RIGHTARG = text, FUNCTION = \(evil).same)",
                "CREATE TEMPORARY TABLE active_job (id uuid)", "CREATE TEMPORARY TABLE jobs (id uuid)",
                "SET search_path = pg_temp, \(evil), pg_catalog",
            ]
            let name = try accounts.schema.name
            let connection = try await PostgresConnection.connect(try accounts.configuration(.producer), logger: .quiet)
            for sql in sql { try await connection.query(PostgresStatement(sql, prepared: false)) }
            // The traps are set.
            await #expect(throws: PostgresError.self) {
                try await connection.query(PostgresStatement("SELECT now()", prepared: false))
            }
            let call = "SELECT \(name).enqueue('a', '{}')"
            let id = try await connection.query(PostgresStatement(call, prepared: false))[0].decode(UUID.self, 0)
            let later = "SELECT \(name).enqueue('a', '{}', run_at => '2200-01-01', id => '\(UUID())')"
            try await connection.query(PostgresStatement(later, prepared: false))
            let status = "SELECT \(name).job_status('\(id)')"
            #expect(try await connection.query(PostgresStatement(status, prepared: false)).count == 1)
            await connection.close()
            #expect(try await accounts.sql("SELECT * FROM ns.jobs").count == 2)
            try await accounts.sql("DROP SCHEMA \(evil) CASCADE")
        }
    }

    /// A server that may not change a table runs jobs of a producer that may not read one.
    @Test func theRuntimeRunsAServer() async throws {
        try await withAccounts { accounts in
            let storage = try accounts.storage(.runtime)
            let jobs = JobClient(storage: storage, logger: .quiet)
            let server = try JobServer(jobs, logger: .quiet) { Doubled.self }
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await storage.run() }
                group.addTask { try await jobs.run() }
                group.addTask { try await server.run() }
                defer { group.cancelAll() }
                let call = "SELECT ns.enqueue('test.doubled', '{\"number\": 21}')"
                let id = JobID(try await accounts.sql(as: .producer, call)[0].decode(UUID.self, 0))
                let soon =
                    "SELECT ns.enqueue('test.doubled', '{\"number\": 1}', run_at => now() + interval '0.2 seconds')"
                let late = JobID(try await accounts.sql(as: .producer, soon)[0].decode(UUID.self, 0))
                let own = try await jobs.enqueue(Doubled(number: 4)).id
                // By way of the queue in any case.
                let given = try await jobs.enqueue(Doubled(number: 4), id: JobID(UUID())).id
                for id in [id, late, own, given] {
                    while try await storage.job(id)?.state.isFinal != true {
                        try await Task.sleep(for: .milliseconds(20))
                    }
                    #expect(try await storage.job(id)?.state == .succeeded)
                }
                let told = try await accounts.sql(
                    as: .producer,
                    "SELECT state, result::text FROM ns.job_status('\(id)')"
                )
                #expect(try told.map { try $0.decode((String, String).self).1 } == ["42"])
                #expect(try await jobs.requeue(id) == .requeued)
                #expect(try await jobs.delete(try await jobs.schedule(Doubled(number: 4), in: .seconds(3600)).id))
                try await storage.tidy()
                _ = try await storage.survey(unpublishedAge: .seconds(20))
                while try await storage.job(id)?.state != .succeeded { try await Task.sleep(for: .milliseconds(20)) }
            }
            // It makes days by a function, of which it is not told more than their number.
            let made = try await accounts.sql(as: .runtime, "SELECT ns.prepare_finished_days(6)")[0].decode(Int.self, 0)
            // One more where the day has changed since.
            #expect((2...3).contains(made))
            try await accounts.expectDenied(
                .runtime,
                "CREATE TABLE ns.mine (x int)",
                "DROP TABLE ns.active_job",
                "ALTER TABLE ns.active_job ADD COLUMN x int",
                "TRUNCATE ns.active_job",
                "UPDATE ns.migration SET version = 1",
                "DROP SCHEMA \"\(accounts.namespace)\" CASCADE"
            )
        }
    }

    @Test func aReaderReadsTheViewsAlone() async throws {
        try await withAccounts { accounts in
            try await accounts.sql(as: .producer, "SELECT ns.enqueue('a', '{}')")
            for view in ["jobs", "job_history", "queues"] {
                #expect(try await accounts.sql(as: .reader, "SELECT * FROM ns.\(view)").count == 1)
            }
            for view in [
                "servers", "counters", "recurring", "recurring_history", "rejects", "job_statistics_hourly",
                "job_statistics_daily", "queue_pauses",
            ] {
                #expect(try await accounts.sql(as: .reader, "SELECT * FROM ns.\(view)").isEmpty)
            }
            try await accounts.expectDenied(
                .reader,
                "SELECT FROM ns.active_job",
                "SELECT FROM ns.migration",
                "SELECT ns.enqueue('a', '{}')",
                "SELECT ns.delete_job('\(UUID())')",
                "UPDATE ns.recurring SET paused = true",
                "CREATE VIEW ns.mine AS SELECT 1"
            )
        }
    }

    /// The file that stands in the repository is what the command prints.
    @Test func theScriptIsTheOneInDeploy() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let file = try String(contentsOf: root.appending(path: "deploy/postgres/grants.sql"), encoding: .utf8)
        #expect(file == (try PostgresStorage.grants(namespace: "baton")))
        #expect(throws: JobStorageError.self) { try PostgresStorage.grants(namespace: "a\"; DROP TABLE x") }
    }
}

private struct Doubled: Job {
    static let name = "test.doubled"
    let number: Int

    func run(in context: JobContext) async throws -> Int { number * 2 }
}
