import PostgresClient

/// Reads what PostgreSQL has done so far.
struct DatabaseMeter: Sendable {
    /// Where the number of statements comes from.
    enum StatementSource: String, Sendable {
        /// Calls of statements on the run's own tables, by `pg_stat_statements`.
        case statements = "pg_stat_statements"
        /// Transactions of the whole database, by `pg_stat_database`, which is slow to learn of them.
        case transactions = "pg_stat_database"
    }

    /// A reading.
    struct Reading: Sendable, Hashable {
        /// Bytes of write-ahead log, of the whole server.
        var walBytes: Int
        var statements: Int
    }

    let database: PostgresClient
    let source: StatementSource
    /// The run's schema.
    let namespace: String
    /// The server's version.
    let version: String?
    private let processID: Int32?

    /// Finds out what can be read.
    ///
    /// - Parameters:
    ///   - database: The database.
    ///   - namespace: The run's schema.
    /// - Throws: `PostgresError`.
    init(_ database: PostgresClient, namespace: String) async throws(PostgresError) {
        self.database = database
        self.namespace = namespace
        let row = try await database.query(
            PostgresStatement(
                """
                SELECT EXISTS (SELECT FROM pg_extension WHERE extname = 'pg_stat_statements')
                    AND current_setting('shared_preload_libraries') LIKE '%pg_stat_statements%',
                    pg_backend_pid(), current_setting('server_version')
                """,
                prepared: false
            )
        ).first
        source = try row?.decode(Bool.self, 0) == true ? .statements : .transactions
        processID = try row?.decode(Int32.self, 1)
        version = try row?.decode(String.self, 2)
    }

    /// The server's first process, when it runs on this machine.
    var postmaster: Int32? {
        guard let backend = processID.flatMap(ProcessTimes.init(of:)), backend.name == "postgres" else { return nil }
        return backend.parent
    }

    /// Reads the meter.
    ///
    /// - Returns: The reading.
    /// - Throws: `PostgresError`.
    func read() async throws(PostgresError) -> Reading {
        let statements =
            switch source {
            case .statements:
                """
                SELECT coalesce(sum(calls), 0)::bigint FROM pg_stat_statements
                WHERE strpos(query, '"' || $1 || '"') > 0
                """
            case .transactions:
                "SELECT xact_commit FROM pg_stat_database WHERE datname = current_database() AND $1::text IS NOT NULL"
            }
        let row = try await database.query(
            PostgresStatement(
                "SELECT (pg_current_wal_insert_lsn() - '0/0')::bigint, (\(statements))",
                namespace,
                prepared: false
            )
        ).first
        guard let (walBytes, count) = try row?.decode((Int, Int).self) else {
            return Reading(walBytes: 0, statements: 0)
        }
        return Reading(walBytes: walBytes, statements: count)
    }
}
