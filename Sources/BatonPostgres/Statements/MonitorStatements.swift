internal import Baton

/// What people ask: read only, seldom, planned anew each time, and each with a bound on the rows that it goes through.
struct MonitorStatements: Sendable {
    /// How many rows one look at jobs goes through, in the order of the ids' index, when it is told what to pass over.
    static let stretch = 10_000
    /// How many rows of a table are counted for the queues: a second or so.
    static let countedRows = 1_000_000

    /// Every server.
    let servers: String
    /// `$1` how many rows of a table are counted.
    ///
    /// Returns a queue a row.
    let queues: String
    /// Names and values.
    let counters: String
    /// `$1` how many at most, `$2` age of an unconfirmed row in microseconds.
    let unpublished: String
    /// `$1` how many at most.
    ///
    /// Of each publisher session it goes through some thousands of rows.
    let lost: String
    /// `$1` how many at most.
    ///
    /// No index leads to them, since a claim would have to change it: it goes through the active table as far as rows are
    /// wanted, as the reconciler does.
    let orphans: String
    /// `$1` how many at most.
    let expired: String

    private let schema: Schema

    init(_ schema: Schema) {
        self.schema = schema
        servers = """
            SELECT epoch, name, pid, dead, lease_until < now() AS is_over, queues, concurrency, job_names, started_at,
                heartbeat_at, lease_until, certified_at
            FROM \(schema.server) ORDER BY started_at, epoch
            """
        queues = Self.queues(schema)
        counters = "SELECT name, value FROM \(schema.counter) ORDER BY name"
        unpublished = """
            WITH \(ReconcilerStatements.unpublished(schema, limit: "$1", age: "$2"))
            SELECT j.id, j.type, j.queue, j.state_at, CASE
                WHEN u.session IS NULL THEN \(Disagreement.Silence.unmarked.rawValue)
                WHEN k.session IS NULL THEN \(Disagreement.Silence.unknownSession.rawValue)
                WHEN k.is_over THEN \(Disagreement.Silence.endedSession.rawValue)
                ELSE \(Disagreement.Silence.oldMark.rawValue)
            END::smallint AS silence
            FROM unpublished AS u JOIN \(schema.active) AS j ON j.id = u.id
            LEFT JOIN known AS k ON k.session = u.session
            LIMIT $1
            """
        lost = """
            SELECT r.id, r.type, r.queue, r.state_at FROM \(schema.loss) AS l
            JOIN \(schema.watermarkCopy) AS w ON w.probe = l.id AND w.session >= l.walk_session
            CROSS JOIN LATERAL (
                SELECT j.id, j.type, j.queue, j.state_at, j.state, j.seq FROM \(schema.active) AS j
                WHERE j.session = w.session AND j.seq < w.confirmed_below
                    AND j.seq >= CASE WHEN w.session = l.walk_session THEN l.walk_seq ELSE \(Int64.min) END
                ORDER BY j.seq LIMIT \(Self.stretch)
            ) AS r
            WHERE l.is_confirmed AND r.state = \(JobState.enqueued.code) AND r.queue = l.queue AND r.seq <> ALL (w.pending)
            LIMIT $1
            """
        orphans = """
            SELECT j.id, j.type, j.queue, j.state_at, j.owner,
                EXISTS (SELECT FROM \(schema.server) AS s WHERE s.epoch = j.owner) AS is_listed,
                j.attempt < j.max_attempts AS has_attempts
            FROM \(schema.active) AS j
            WHERE j.state = \(JobState.processing.code) AND NOT \(schema.isAlive("j.owner"))
            LIMIT $1
            """
        expired = """
            SELECT epoch, name, lease_until FROM \(schema.server)
            WHERE NOT dead AND lease_until < now() ORDER BY lease_until, epoch LIMIT $1
            """
    }

    private static func queues(_ schema: Schema) -> String {
        let (enqueued, processing) = (JobState.enqueued.code, JobState.processing.code)
        let probe = """
            SELECT (extract(epoch FROM now() - p.opened_at) * 1000000)::bigint FROM \(schema.probe) AS p
            WHERE p.queue = q.queue AND p.id IS NOT NULL AND p.phase = \(ProbeRound.Phase.published.rawValue)
                AND p.gives_up_at > now()
            """
        return """
            SELECT queue, sum(enqueued)::bigint, sum(processing)::bigint, sum(scheduled)::bigint,
                (extract(epoch FROM now() - min(oldest)) * 1000000)::bigint, (\(probe)), sum(servers)::bigint,
                sum(sum(enqueued) + sum(processing)) OVER () >= $1 OR sum(sum(scheduled)) OVER () >= $1
            FROM (
                SELECT queue, count(*) FILTER (WHERE state = \(enqueued)) AS enqueued,
                    count(*) FILTER (WHERE state = \(processing)) AS processing, 0 AS scheduled,
                    min(enqueued_at) FILTER (WHERE state = \(enqueued)) AS oldest, 0 AS servers
                FROM (SELECT queue, state, enqueued_at FROM \(schema.active) LIMIT $1) AS a GROUP BY queue
                UNION ALL
                SELECT queue, 0, 0, count(*), NULL, 0
                FROM (SELECT queue FROM \(schema.scheduled) LIMIT $1) AS s GROUP BY queue
                UNION ALL
                SELECT unnest(queues), 0, 0, 0, NULL, 1 FROM \(schema.server) WHERE NOT dead AND lease_until >= now()
            ) AS q
            GROUP BY queue ORDER BY queue COLLATE "C"
            """
    }

    // MARK: Jobs

    /// A look at jobs: `$1` states; `$2` queue and `$3` name, or NULL; `$4` how many at most; `$5` how many rows to go
    /// through; `$6` after which id, when there is a cursor; then the ids, when they are said.
    ///
    /// Returns the jobs, or one row without one; in the last two columns how many rows were gone through, and the last id.
    ///
    /// - Parameters:
    ///   - states: The states that are wanted; only their tables are looked at.
    ///   - hasCursor: Whether there is a cursor.
    ///   - hasIDs: Whether the ids are said.
    /// - Returns: SQL.
    func jobs(in states: Set<JobState>, hasCursor: Bool, hasIDs: Bool) -> String {
        let conditions =
            (hasCursor ? ["id < $6"] : []) + (hasIDs ? ["id = ANY ($\(hasCursor ? 7 : 6)::uuid[])"] : [])
        let condition = conditions.isEmpty ? "" : "WHERE \(conditions.joined(separator: " AND "))"
        let tables = schema.tables(of: states)
        let parts = tables.map {
            "(SELECT id, queue, type, state FROM \($0) \(condition) ORDER BY id DESC LIMIT $5)"
        }
        let jobs = tables.map {
            "\(LookupStatements.selection(from: $0)) WHERE j.id = ANY (ARRAY(SELECT id FROM page))"
        }
        return """
            WITH stretch AS MATERIALIZED (
                SELECT * FROM (
                    \(parts.joined(separator: "\n        UNION ALL "))
                ) AS t ORDER BY id DESC LIMIT $5
            ), page AS MATERIALIZED (
                SELECT id FROM stretch
                WHERE state = ANY ($1::smallint[]) AND ($2::text IS NULL OR queue = $2) AND ($3::text IS NULL OR type = $3)
                ORDER BY id DESC LIMIT $4
            )
            SELECT c.*, (SELECT count(*) FROM stretch), (SELECT id FROM stretch ORDER BY id LIMIT 1)
            FROM (SELECT) AS always LEFT JOIN (
                \(jobs.joined(separator: "\nUNION ALL\n"))
            ) AS c ON true
            ORDER BY c.id DESC
            """
    }
}

extension Schema {
    /// The tables in which jobs of some states are.
    ///
    /// - Parameter states: The states.
    /// - Returns: The tables, each once.
    fileprivate func tables(of states: Set<JobState>) -> [String] {
        let homes: [(String, Set<JobState>)] = [
            (active, [.enqueued, .processing]), (scheduled, [.scheduled, .awaiting]), (failed, [.failed]),
            (finished, [.succeeded, .deleted]),
        ]
        return homes.filter { !$0.1.isDisjoint(with: states) }.map(\.0)
    }
}
