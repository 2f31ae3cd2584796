internal import Baton

/// Jobs that have ended: their removal, and what is kept of them.
struct RetentionStatements: Sendable {
    /// `$1` names, the first empty for all others; `$2`, `$3` and `$4` how long jobs stay that succeeded, were deleted or
    /// failed, in microseconds, NULL for ever; `$5` and `$6` how long statistics stay; `$7` how many rows at most.
    ///
    /// Returns how many hours were counted, days taken away, and jobs removed by state; whether there is more.
    let retain: String
    /// `$1` since when, `$2` how many at most.
    let hourly: String
    /// The same.
    let daily: String

    init(_ schema: Schema) {
        retain = """
            SELECT o_hours, o_days, o_succeeded, o_deleted, o_failed, o_more FROM \(schema.name).retain(
                $1::text[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint, $6::bigint, $7::bigint,
                (SELECT min(a.xact_start) FROM pg_stat_activity AS a WHERE a.pid <> pg_backend_pid()
                    AND starts_with(a.application_name, 'baton \(schema.namespace.name) '))
            )
            """
        func statistics(_ view: String, _ start: String) -> String {
            """
            SELECT \(start), type, state, jobs, (duration_ms * 1000)::bigint FROM \(schema.name).\(view)
            WHERE \(start) >= $1 ORDER BY \(start) DESC, type COLLATE "C", state COLLATE "C" LIMIT $2
            """
        }
        hourly = statistics("job_statistics_hourly", "hour")
        daily = statistics("job_statistics_daily", "day")
    }
}
