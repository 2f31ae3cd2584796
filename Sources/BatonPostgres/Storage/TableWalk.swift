internal import Baton
#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

/// A walk through the table of enqueued and processing jobs, stretch by stretch, again and again.
///
/// What a claim changes has no index, so rows of a server can only be looked for; a look at all of ten million would take
/// longer than a lease. A table of one stretch is looked through each time; a longer one, stretch by stretch, at most once a
/// minute.
struct TableWalk: Sendable, Hashable {
    /// How many blocks are looked at together: 64 MB.
    static let stretch = 8_192
    /// How long after one round has begun the next does, at the soonest.
    static let interval = "interval '1 minute'"

    /// The block at which the next look begins; zero begins a round.
    private(set) var block = 0
    /// When the last round began, by the database's clock.
    private(set) var begunAt: Date?
    /// What this round has found so far.
    private(set) var found: [JobID] = []

    /// Where the stretch begins, as a tuple id.
    var first: String { "(\(block),0)" }
    /// What lies behind it.
    var end: String { "(\(block + Self.stretch),0)" }

    /// Goes on to the next stretch.
    ///
    /// - Parameters:
    ///   - ids: What the round has found, this one included.
    ///   - blocks: How many blocks the table had.
    ///   - date: When that was.
    /// - Returns: Whether this one was the last of its round.
    mutating func advance(finding ids: [JobID], of blocks: Int, at date: Date) -> Bool {
        if block == 0 { begunAt = date }
        block += Self.stretch
        guard block < blocks else {
            block = 0
            found = []
            return true
        }
        found = ids
        return false
    }

    /// SQL of a condition: whether it may be looked now.
    ///
    /// - Parameters:
    ///   - schema: The namespace.
    ///   - first: SQL for where the stretch begins, as text.
    ///   - begun: SQL for when the last round began; NULL for never.
    /// - Returns: SQL.
    static func mayLook(_ schema: Schema, from first: String, begun: String) -> String {
        "(\(blocks(schema)) <= \(stretch) OR \(first) <> '(0,0)' OR coalesce(\(begun) < now() - \(interval), true))"
    }

    /// SQL for how many blocks the table has.
    static func blocks(_ schema: Schema) -> String {
        "pg_relation_size('\(schema.active)'::regclass) / current_setting('block_size')::bigint"
    }

    /// SQL of a condition: whether a row `j` lies in the stretch.
    ///
    /// - Parameters:
    ///   - first: SQL for where the stretch begins, as text.
    ///   - end: SQL for what lies behind it.
    /// - Returns: SQL.
    static func holds(from first: String, to end: String) -> String {
        "j.ctid >= \(first)::tid AND j.ctid < \(end)::tid"
    }
}
