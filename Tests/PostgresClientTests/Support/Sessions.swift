import PostgresClient

// What the server knows of its sessions, asked over another connection.

/// Waits until something has become true; the suite's time limit is the only one.
func waitUntil(_ condition: () async throws -> Bool) async throws {
    while try await !condition() { try await Task.sleep(for: .milliseconds(5)) }
}

/// Whether a session exists.
func exists(_ processID: Int32) async throws -> Bool {
    try await withConnection { connection in
        try await connection.value(Bool.self, "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE pid = $1)", processID)
    }
}

/// Whether a session is in the middle of a statement that contains some text.
func isRunning(_ processID: Int32, _ text: String) async throws -> Bool {
    try await withConnection { connection in
        try await connection.value(
            Bool.self,
            """
            SELECT EXISTS (
                SELECT FROM pg_stat_activity WHERE pid = $1 AND state = 'active' AND position($2 in query) > 0
            )
            """,
            processID,
            text
        )
    }
}

/// Ends a session as an administrator would.
func terminate(_ processID: Int32) async throws {
    try await withConnection { connection in
        _ = try await connection.query(PostgresStatement("SELECT pg_terminate_backend($1)", processID))
    }
}

/// Runs a test while a lock is held, so that statements which want it wait for as long as the test needs.
func withLockHeld<Result>(_ body: (_ key: Int, _ release: () async throws -> Void) async throws -> Result) async throws
    -> Result
{
    let key = Int.random(in: .min ... .max)
    return try await withConnection { holder in
        try await holder.query(PostgresStatement("SELECT pg_advisory_lock($1)", key))
        return try await body(key) {
            _ = try await holder.query(PostgresStatement("SELECT pg_advisory_unlock($1)", key))
        }
    }
}
