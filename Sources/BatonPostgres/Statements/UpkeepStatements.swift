/// Counters, and what is no longer needed.
struct UpkeepStatements: Sendable {
    /// `$1` names, sorted; `$2` how much to add to each.
    let count: String
    /// Sessions that ended or fell silent an hour ago and that no active row bears.
    ///
    /// A row that bears one later counts as unpublished.
    let removeSessions: String
    /// Servers certified an hour ago.
    ///
    /// A row that such a server still owns has no living owner before and after.
    let removeServers: String
    /// What rounds and losses leave behind, in this order and each in a transaction of its own, so that none waits for a
    /// lock while it holds another's.
    ///
    /// Copies of watermarks come with their round or loss in one transaction, and pass from one to the other in one: those
    /// that belong to neither belong to nothing.
    let removeProbes: [String]
    /// The partitions of today and the coming three days.
    let preparePartitions: String

    init(_ schema: Schema) {
        count = """
            INSERT INTO \(schema.counter) AS c (name, value) SELECT * FROM unnest($1::text[], $2::bigint[])
            ON CONFLICT (name) DO UPDATE SET value = c.value + excluded.value
            """
        removeSessions = """
            DELETE FROM \(schema.session) AS p
            WHERE coalesce(p.ended_at, p.lease_until) < now() - interval '1 hour'
                AND NOT EXISTS (SELECT FROM \(schema.active) AS j WHERE j.session = p.session)
            """
        removeServers = "DELETE FROM \(schema.server) WHERE dead AND certified_at < now() - interval '1 hour'"
        let anHourAgo = "now() - interval '1 hour'"
        removeProbes = [
            ProbeStatements.noteEnded(schema, where: "true"),
            "DELETE FROM \(schema.consumer) WHERE ended_at < \(anHourAgo)",
            ProbeStatements.end(schema, where: "p.gives_up_at < \(anHourAgo)", reason: "p.reason"),
            """
            DELETE FROM \(schema.probe) AS p
            WHERE p.id IS NULL AND NOT EXISTS (SELECT FROM \(schema.consumer) AS c WHERE c.queue = p.queue)
            """,
            "DELETE FROM \(schema.loss) WHERE NOT is_confirmed AND at < \(anHourAgo)",
            """
            DELETE FROM \(schema.watermarkCopy) AS w
            WHERE NOT EXISTS (SELECT FROM \(schema.probe) AS p WHERE p.id = w.probe)
                AND NOT EXISTS (SELECT FROM \(schema.loss) AS l WHERE l.id = w.probe)
            """,
        ]
        preparePartitions = "SELECT \(schema.name).prepare_finished_days(4)"
    }
}
