/// Which queues are paused (``QueueStorage``).
struct PauseStatements: Sendable {
    /// `$1` queue, `$2` server, `$3` reason.
    ///
    /// Returns when it began, and why.
    let pause: String
    /// `$1` queue, `$2` server.
    ///
    /// Returns the queue when it was paused there.
    let resume: String
    /// Every pause.
    let list: String

    init(_ schema: Schema) {
        pause = """
            INSERT INTO \(schema.pause) AS p (queue, server, reason) VALUES ($1, coalesce($2::text, ''), $3)
            ON CONFLICT (queue, server) DO UPDATE SET reason = coalesce(excluded.reason, p.reason)
            RETURNING paused_at, reason
            """
        resume = "DELETE FROM \(schema.pause) WHERE queue = $1 AND server = coalesce($2::text, '') RETURNING queue"
        list = """
            SELECT queue, nullif(server, ''), paused_at, reason FROM \(schema.pause)
            ORDER BY queue COLLATE "C", server COLLATE "C"
            """
    }

    /// The queues of a server that are paused for it, as an array.
    ///
    /// - Parameters:
    ///   - schema: The namespace.
    ///   - server: SQL for the server's row.
    /// - Returns: SQL.
    static func paused(_ schema: Schema, for server: String) -> String {
        """
        ARRAY(
            SELECT DISTINCT p.queue FROM \(schema.pause) AS p
            WHERE p.server IN ('', \(server).name) AND p.queue = ANY (\(server).queues)
        )
        """
    }
}
