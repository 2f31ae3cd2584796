public import Logging
public import PollExecutor
public import ServiceLifecycle

/// A client for PostgreSQL that keeps a pool of connections.
///
/// It is a service: it makes connections while ``run()`` runs, and until then everybody waits. It survives the loss of
/// the server: who asks for a connection meanwhile waits for it, up to the configuration's `leaseTimeout`.
///
/// ```swift
/// let client = PostgresClient(PostgresConfiguration(url: "postgresql://localhost/app"))
/// // …in a ServiceGroup, or in a task of its own: try await client.run()
/// let rows = try await client.query(PostgresStatement("SELECT id, name FROM people WHERE born > $1", date))
/// for row in rows {
///     let (id, name) = try row.decode((UUID, String?).self)
/// }
/// ```
///
/// A call takes a connection for itself. To have many callers share the round trips of one connection, give them a
/// ``PostgresConnection`` from ``withConnection(_:)`` or ``PostgresConnection/connect(_:executor:logger:)``.
public final class PostgresClient: Service, PostgresSession {
    // Without a thread for its connections, every call says so.
    private let pool: Result<ConnectionPool, PostgresError>
    let configuration: PostgresConfiguration
    let logger: Logger

    /// The executor whose thread the connections live on.
    ///
    /// An actor that does little but wait for queries can run on it too: its queries then start and end without a hop
    /// to another thread. It is nil when the system had no thread left for it, which every call then reports.
    public var executor: PollExecutor? { try? self.pool.get().executor }

    /// Makes a client; it connects to nothing yet.
    ///
    /// - Parameters:
    ///   - configuration: The database and the size of the pool.
    ///   - logger: Where notices of the server, losses and recoveries of connections go.
    public init(
        _ configuration: PostgresConfiguration,
        logger: Logger = Logger(label: "postgres", factory: { _ in SwiftLogNoOpLogHandler() })
    ) {
        self.configuration = configuration
        self.logger = logger
        self.pool = Result { () throws(PostgresError) in try ConnectionPool(configuration, logger: logger) }
    }

    /// Keeps connections until the service is shut down.
    ///
    /// A graceful shutdown lets those who hold a connection finish; cancellation closes their connections.
    ///
    /// - Throws: ``PostgresError`` when the client runs already or has run before. The loss of the server is no error.
    public func run() async throws {
        try await self.pool.get().run()
    }

    /// Runs statements in one round trip and one transaction.
    ///
    /// When the task is cancelled or the timeout is over, the server is asked to cancel them; see ``PostgresConnection``.
    ///
    /// - Parameters:
    ///   - statements: The statements; an error in one skips the rest.
    ///   - timeout: How long they may take once they have a connection; nil is the configuration's
    ///     ``PostgresConfiguration/statementTimeout``.
    /// - Returns: One result for each statement.
    /// - Throws: ``PostgresError``; nothing has taken effect then, unless ``PostgresError/outcomeIsUnknown`` is set.
    @discardableResult
    public func execute(
        _ statements: [PostgresStatement],
        timeout: Duration?
    ) async throws(PostgresError) -> [PostgresResult] {
        guard !Task.isCancelled else { throw .cancelledBeforeSending }
        let pool = try self.pool.get()
        while true {
            do throws(PostgresError) {
                return try await pool.execute(statements, timeout: timeout)
            } catch {
                guard error.isLostBeforeSending else { throw error }
            }
        }
    }

    /// Takes a connection for a while.
    ///
    /// Settings and locks of the session stay when it goes back to the pool; an open transaction is rolled back.
    ///
    /// - Parameter body: What to do with the connection; it must not be used any more afterwards.
    /// - Returns: What the body returns.
    /// - Throws: What the body throws, or ``PostgresError`` when there is no connection.
    public nonisolated(nonsending) func withConnection<Result>(
        _ body: (PostgresConnection) async throws -> Result
    ) async throws -> Result {
        let pool = try self.pool.get()
        let lease = try await pool.lease()
        defer { pool.release(lease) }
        return try await body(lease.connection)
    }

    /// Runs a closure with a connection of its own, outside the pool, for as long as that connection lives.
    ///
    /// For what belongs to a session, such as advisory locks: when the connection breaks, which is noticed at once, the
    /// closure's task is cancelled. The client need not run.
    ///
    /// - Parameter body: What to do with the connection, which is closed afterwards.
    /// - Returns: What the body returns.
    /// - Throws: What the body throws, or ``PostgresError`` when no connection can be made or it has broken.
    public func withDedicatedConnection<Result: Sendable>(
        _ body: @escaping @Sendable (PostgresConnection) async throws -> Result
    ) async throws -> Result {
        try await PostgresConnection.withConnection(
            self.configuration,
            executor: self.executor,
            logger: self.logger,
            body
        )
    }

    /// Runs a transaction: commits when the body returns, rolls back when it throws.
    ///
    /// - Parameter body: What to do in the transaction.
    /// - Returns: What the body returns.
    /// - Throws: What the body throws; ``PostgresError`` when there is no connection, and with the code
    ///   ``PostgresError/Code/commitFailed`` when the commit fails.
    public nonisolated(nonsending) func withTransaction<Result>(
        _ body: (PostgresTransaction) async throws -> Result
    ) async throws -> Result {
        let course = TransactionCourse()
        let result = try await self.transact(course, body)
        await course.tellOfCommit()
        return result
    }

    /// Runs a transaction over a connection of the pool, which is free again afterwards.
    private nonisolated(nonsending) func transact<Result>(
        _ course: TransactionCourse,
        _ body: (PostgresTransaction) async throws -> Result
    ) async throws -> Result {
        let pool = try self.pool.get()
        while true {
            let lease = try await pool.lease()
            defer { pool.release(lease) }
            do throws(PostgresError) {
                try await lease.connection.execute([.begin])
            } catch {
                guard error.isLostBeforeSending else { throw error }
                continue
            }
            return try await lease.connection.finishTransaction(course, body)
        }
    }
}

extension PostgresError {
    /// Whether the connection was gone before the statements were sent, so that another one will do.
    ///
    /// When there is no server any more there is no connection either, and waiting for one has an end.
    fileprivate var isLostBeforeSending: Bool {
        self.code == .connectionLost && !self.outcomeIsUnknown
    }
}
