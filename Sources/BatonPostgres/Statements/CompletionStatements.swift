internal import Baton

/// The ends of runs (PROTOCOL moves 3 and 4), a statement for each kind of end.
///
/// Each takes `$1` ids, sorted; `$2` the server; `$3` claim numbers; `$4` durations and `$5` latencies in milliseconds;
/// then its own, and returns the ids that matched. Rows keep owner and claim, by which a repeat knows its own success.
struct CompletionStatements: Sendable {
    /// `$6` results.
    let succeeded: String
    /// `$6` error types, `$7` messages, `$8` details.
    let failed: String
    /// `$6` error types, `$7` messages, `$8` details, `$9` reasons, `$10` delays in microseconds.
    let retry: String
    /// `$6` reasons, `$7` delays in microseconds; for runs that their jobs snooze, too.
    let putBack: String
    /// `$6` error types, `$7` messages, `$8` details, each NULL where nothing failed; `$9` reasons.
    let deleted: String
    /// How far runs have come: `$1` ids, sorted; `$2` the server; `$3` claim numbers; `$4` fractions; `$5` messages.
    ///
    /// Not synchronous. It belongs to the run, so it is kept with the run's entry of the history.
    let progress: String

    init(_ schema: Schema) {
        let matches = """
            j.id = ANY ($1) AND j.state = \(JobState.processing.code) AND j.owner = $2 AND j.claim = \(Schema.own("$3::bigint[]"))
            """
        func move(to table: String, _ replaced: [String: String]) -> String {
            """
            WITH j AS (DELETE FROM \(schema.active) AS j WHERE \(matches) RETURNING j.*)
            INSERT INTO \(table) (\(JobColumns.list)) SELECT \(JobColumns.values(replacing: replaced)) FROM j
            RETURNING id
            """
        }
        func data(_ more: String...) -> String {
            let times = "'duration_ms', \(Schema.own("$4::float8[]")), 'latency_ms', \(Schema.own("$5::float8[]"))"
            return "jsonb_build_object(\(([times] + more).joined(separator: ", ")))"
        }
        func entry(_ state: JobState, reason: String = "NULL", attempt: String = "j.attempt", data: String) -> String {
            "j.history || \(schema.entry(state, reason: reason, server: "$2", attempt: attempt, data: data))"
        }
        progress = """
            WITH lazy AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true))
            UPDATE \(schema.active) AS j
            SET history[cardinality(j.history)].data = jsonb_strip_nulls(jsonb_build_object(
                'progress', \(Schema.own("$4::float8[]")), 'progress_message', \(Schema.own("$5::text[]"))
            ))
            FROM lazy
            WHERE \(matches)
            """
        let error = """
            'error_type', \(Schema.own("$6::text[]")), 'error_message', \(Schema.own("$7::text[]")), 'error_details', \(Schema.own("$8::text[]"))
            """
        let failure = ["error_type": Schema.own("$6::text[]"), "error_message": Schema.own("$7::text[]")]
        let givenBack = "greatest(j.attempt - 1, 0)"
        let waiting = [
            "state": "\(JobState.scheduled.code)", "state_at": Schema.moveTime, "session": "NULL", "seq": "NULL",
        ]

        succeeded = move(
            to: schema.finished,
            [
                "state": "\(JobState.succeeded.code)", "state_at": Schema.moveTime, "result": Schema.own("$6::jsonb[]"),
                "error_type": "NULL", "error_message": "NULL", "history": entry(.succeeded, data: data()),
            ]
        )
        failed = move(
            to: schema.failed,
            failure.merging([
                "state": "\(JobState.failed.code)", "state_at": Schema.moveTime,
                "history": entry(.failed, data: "jsonb_strip_nulls(\(data(error)))"),
            ]) { $1 }
        )
        func due(_ delays: String) -> String { "now() + \(Schema.interval(Schema.own("\(delays)::bigint[]")))" }
        retry = move(
            to: schema.scheduled,
            failure.merging(waiting) { $1 }.merging([
                "run_at": due("$10"),
                "history": entry(
                    .scheduled,
                    reason: Schema.own("$9::text[]"),
                    data: "jsonb_strip_nulls(\(data(error, "'scheduled_at', \(due("$10"))")))"
                ),
            ]) { $1 }
        )
        deleted = move(
            to: schema.finished,
            [
                "state": "\(JobState.deleted.code)", "state_at": Schema.moveTime,
                "error_type": "coalesce(\(Schema.own("$6::text[]")), j.error_type)",
                "error_message": "coalesce(\(Schema.own("$7::text[]")), j.error_message)",
                "history": entry(
                    .deleted,
                    reason: Schema.own("$9::text[]"),
                    data: "jsonb_strip_nulls(\(data(error)))"
                ),
            ]
        )
        putBack = move(
            to: schema.scheduled,
            waiting.merging([
                "attempt": givenBack, "run_at": due("$7"),
                "history": entry(
                    .scheduled,
                    reason: Schema.own("$6::text[]"),
                    attempt: givenBack,
                    data: data("'scheduled_at', \(due("$7"))")
                ),
            ]) { $1 }
        )
    }
}
