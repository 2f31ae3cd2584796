internal import Baton

/// New jobs (PROTOCOL move 1).
struct InsertStatements: Sendable {
    /// An insert, for jobs that are certainly new and for those that an earlier try may have stored.
    struct Insert: Sendable {
        /// Stores all or fails.
        let new: String
        /// The same, and tells servers that wait for jobs without messages.
        let waking: String
        /// Tells them, too; stores those that are not there, and returns their ids.
        let repeated: String

        init(_ insert: String, waking woken: String = "") {
            new = insert
            waking = woken + insert
            repeated = waking + "\nON CONFLICT (id) DO NOTHING\nRETURNING id"
        }
    }

    /// `$1` ids, `$2` types, `$3` queues, `$4` arguments, `$5` attempts, `$6` priorities, `$7` timeouts, `$8` sessions, `$9` seqs;
    /// where servers are told, `$10` the queues of rows without marks, each once.
    let enqueued: Insert
    /// The same for jobs of some of which more is said: before what tells servers, `$10` has it as JSON.
    let enqueuedWithNotes: Insert
    /// New jobs that differ in ids and arguments only: `$1` ids, `$2` arguments, `$3` type, `$4` queue, `$5` attempts, `$6`
    /// priority, `$7` timeout, `$8` session, `$9` the first seq of consecutive ones.
    ///
    /// A third less work for the database than with a column for each.
    let uniform: String
    /// The same, and tells servers that wait for jobs without messages.
    let uniformWaking: String
    /// ``uniform`` for jobs of several calls, whose seqs do not follow one another: `$9` has that of each.
    let uniformOfCalls: String
    /// A single new job of which no more is said, as most calls make one: the parameters of ``uniform``, of which `$1` and
    /// `$2` are values, too.
    ///
    /// A twelfth less time than with arrays, where calls are few and the server's caches cold.
    let one: String
    /// The same, and tells servers that wait for jobs without messages.
    let oneWaking: String
    /// `$1` to `$7` as for ``enqueued``, `$8` dates, `$9` delays in microseconds; one of the two is NULL; `$10` what more
    /// is said, as JSON.
    let scheduled: Insert
    /// Takes back what the same transaction inserted although the job exists, moved on from there: `$1` ids.
    ///
    /// Returns the ids taken back.
    ///
    /// A conflict waits for whoever has the same id under way, so after the insert every other try is decided. This
    /// looks with a snapshot taken later than that; nobody has seen the inserted row, since nothing is committed.
    let takeBackEnqueued: String
    /// The same for a row inserted as scheduled.
    let takeBackScheduled: String

    init(_ schema: Schema) {
        let shared = "id, type, queue, arguments, max_attempts, priority, timeout_ms"
        func start(_ state: JobState, at time: String = "now()", generation: Int, data: String = "NULL") -> String {
            let entry = schema.entry(state, at: time, run: "0", attempt: "0", generation: "\(generation)", data: data)
            return "ARRAY[\(entry)]"
        }
        // Not the beginning of the transaction, which may be the caller's own and long ago.
        let present = "statement_timestamp()"
        let due = "coalesce(n.at, \(present) + \(Schema.interval("n.delay")))"
        let target = """
            INSERT INTO \(schema.active) (
                \(shared), session, seq, state, generation, run, attempt, created_at, enqueued_at, state_at, history
            )
            """
        func begun(data: String = "NULL") -> String {
            "\(JobState.enqueued.code), 1, 0, 0, now(), now(), now(), \(start(.enqueued, generation: 1, data: data))"
        }
        let columns = "$1::uuid[], $2::text[], $3::text[], $4::jsonb[], $5::integer[], $6::smallint[], $7::bigint[]"
        enqueued = Insert(
            """
            \(target)
            SELECT n.*, \(begun())
            FROM unnest(\(columns), $8::uuid[], $9::bigint[]) AS n
            """,
            waking: "WITH \(WaitingStatements.woken(schema, by: "$10::text[]"))\n"
        )
        enqueuedWithNotes = Insert(
            """
            \(target)
            SELECT \(shared), session, seq, \(begun(data: "n.notes"))
            FROM unnest(\(columns), $8::uuid[], $9::bigint[], $10::jsonb[]) AS n (\(shared), session, seq, notes)
            """,
            waking: "WITH \(WaitingStatements.woken(schema, by: "$11::text[]"))\n"
        )
        func uniform(_ sequence: String, of jobs: String) -> String {
            """
            \(target)
            SELECT n.id, $3::text, $4::text, n.arguments, $5::integer, $6::smallint, $7::bigint, $8::uuid,
                \(sequence), \(begun())
            FROM \(jobs)
            """
        }
        let consecutive = uniform(
            "$9::bigint + n.position - 1",
            of: "unnest($1::uuid[], $2::jsonb[]) WITH ORDINALITY AS n (id, arguments, position)"
        )
        self.uniform = consecutive
        uniformOfCalls = uniform(
            "n.seq",
            of: "unnest($1::uuid[], $2::jsonb[], $9::bigint[]) AS n (id, arguments, seq)"
        )
        one = """
            \(target)
            VALUES (
                $1::uuid, $3::text, $4::text, $2::jsonb, $5::integer, $6::smallint, $7::bigint, $8::uuid, $9::bigint,
                \(begun())
            )
            """
        let woken = "WITH \(WaitingStatements.woken(schema, by: "ARRAY[$4::text]"))"
        oneWaking = "\(woken)\n\(one)"
        uniformWaking = "\(woken)\n\(consecutive)"
        let data = "jsonb_build_object('scheduled_at', \(due)) || coalesce(n.notes, '{}')"
        scheduled = Insert(
            """
            INSERT INTO \(schema.scheduled) (
                \(shared), run_at, state, generation, run, attempt, created_at, state_at, history
            )
            SELECT \(shared), \(due), \(JobState.scheduled.code), 0, 0, 0, \(present), \(present),
                \(start(.scheduled, at: present, generation: 0, data: data))
            FROM unnest(\(columns), $8::timestamptz[], $9::bigint[], $10::jsonb[]) AS n (\(shared), at, delay, notes)
            """
        )
        func takeBack(from table: String) -> String {
            let elsewhere = schema.jobTables.filter { $0 != table }
                .map { "SELECT id FROM \($0) WHERE id = ANY ($1)" }
                .joined(separator: " UNION ALL ")
            return "DELETE FROM \(table) WHERE id = ANY (ARRAY(\(elsewhere))) RETURNING id"
        }
        takeBackEnqueued = takeBack(from: schema.active)
        takeBackScheduled = takeBack(from: schema.scheduled)
    }
}
