internal import Baton

/// Recurring entries (``RecurringStorage``); planned anew each time, for they are seldom run and look into the tables of jobs.
struct RecurringStatements: Sendable {
    /// SQL for a revision that was never there before.
    static let newRevision = "hashtextextended(gen_random_uuid()::text, 0)"

    /// The columns of a record, in the order in which they are read.
    static let columns = [
        "id", "type", "queue", "arguments", "priority", "max_attempts", "timeout_ms", "retry", "schedule",
        "zone", "misfire", "overlap", "jitter_ms", "revision", "is_paused", "error", "next_at", "held_at", "last_at",
        "last_job_id",
    ]

    /// `$1` to `$13` the first columns, `$14` the first occurrence.
    ///
    /// Returns the id when anything has changed.
    let set: String
    /// `$1` id.
    let remove: String
    /// `$1` id.
    ///
    /// Returns how many such entries there are, as the next.
    let pause: String
    /// `$1` id, `$2` revision, `$3` the next occurrence.
    ///
    /// Returns the id when it goes on.
    let resume: String
    /// `$1` id, `$2` revision, `$3` error.
    let disable: String
    /// `$1` id.
    let record: String
    /// Every entry.
    let records: String
    /// `$1` id, `$2` how many at most.
    let history: String
    /// `$1` how many are left of each entry, `$2` how many at most are removed.
    let trim: String

    init(_ schema: Schema) {
        let (entry, occurrence) = (schema.recurringEntry, schema.recurringOccurrence)
        let list = Self.columns.joined(separator: ", ")
        let definition = Self.columns.prefix(13)
        let touched = "revision = \(Self.newRevision), updated_at = now()"
        let (own, new) = (
            definition.map { "e.\($0)" }.joined(separator: ", "),
            definition.map { "excluded.\($0)" }.joined(separator: ", ")
        )
        set = """
            INSERT INTO \(entry) AS e (\(definition.joined(separator: ", ")), next_at)
            VALUES ($1, $2, $3, $4::jsonb, $5, $6, $7, $8::jsonb, $9, $10, $11, $12, $13, $14)
            ON CONFLICT (id) DO UPDATE SET
                \(definition.dropFirst().map { "\($0) = excluded.\($0)" }.joined(separator: ", ")),
                next_at = CASE
                    WHEN (e.schedule, e.zone) = (excluded.schedule, excluded.zone) AND e.error IS NULL THEN e.next_at
                    ELSE excluded.next_at
                END,
                error = NULL, \(touched)
            WHERE (\(own)) IS DISTINCT FROM (\(new)) OR e.error IS NOT NULL
            RETURNING id
            """
        remove = "DELETE FROM \(entry) WHERE id = $1 RETURNING id"
        pause = """
            WITH e AS MATERIALIZED (SELECT id, held_at FROM \(entry) WHERE id = $1 FOR UPDATE), dropped AS (
                UPDATE \(occurrence) AS o SET outcome = '\(RecurringOccurrence.Outcome.skipped.rawValue)', decided_at = now()
                FROM e WHERE o.entry_id = e.id AND o.at = e.held_at
                    AND o.outcome = '\(RecurringOccurrence.Outcome.held.rawValue)'
            ), paused AS (
                UPDATE \(entry) SET is_paused = true, held_at = NULL, \(touched) WHERE id = $1 AND NOT is_paused
            )
            SELECT count(*) FROM e
            """
        resume = """
            UPDATE \(entry) SET is_paused = false, next_at = $3, \(touched)
            WHERE id = $1 AND revision = $2 AND is_paused RETURNING id
            """
        disable = """
            UPDATE \(entry) SET error = $3, \(touched) WHERE id = $1 AND revision = $2 AND error IS NULL RETURNING id
            """
        record = "SELECT \(list) FROM \(entry) WHERE id = $1"
        records = "SELECT \(list) FROM \(entry) ORDER BY id COLLATE \"C\""
        history = """
            SELECT at, outcome, job_id, decided_at FROM \(occurrence) WHERE entry_id = $1
            ORDER BY at DESC, trigger_id DESC LIMIT $2
            """
        trim = """
            WITH old AS MATERIALIZED (
                SELECT o.* FROM \(entry) AS e CROSS JOIN LATERAL (
                    SELECT entry_id, at, trigger_id FROM \(occurrence) WHERE entry_id = e.id
                    ORDER BY at DESC, trigger_id DESC OFFSET $1
                ) AS o
                LIMIT $2
            ), gone AS (
                DELETE FROM \(occurrence) AS o USING old AS k
                WHERE o.entry_id = k.entry_id AND o.at = k.at AND o.trigger_id = k.trigger_id
                RETURNING 1
            )
            SELECT count(*) FROM gone
            """
    }
}
