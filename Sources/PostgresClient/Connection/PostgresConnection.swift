import CLibPQ
public import Logging
public import PollExecutor
import Synchronization

/// A connection to PostgreSQL.
///
/// Statements of many callers travel in libpq's pipeline mode: each call is one round trip, sent at once and answered
/// in order, without waiting for the calls before it. Outside an explicit transaction a call is also one transaction:
/// all of its statements take effect, or none.
///
/// When a task is cancelled, or its timeout is over, while its statements run, the server is asked to cancel them, and
/// the call ends when the server has answered: with an error and nothing changed, or with the results when it was too
/// late. Until then nothing else is sent, so that the cancel request can hit nobody else. A server that does not answer
/// within ``PostgresConfiguration/cancellationTimeout`` costs the connection.
///
/// Where statements of other callers are on their way over the same connection, it cannot be told whom a cancel request
/// would hit, and none is sent: the caller is let go at once, its ``PostgresError/outcomeIsUnknown``, and the answers
/// are thrown away.
///
/// libpq wants one thread at a time, which is this actor's `PollExecutor`.
public actor PostgresConnection: PostgresSession {
    typealias Outcome = Result<[PostgresResult], PostgresError>

    /// A request that has been sent.
    struct Request {
        // nil once the caller is gone.
        var completion: ((Outcome) -> Void)?
        var results: [PostgresResult] = []
        var error: PostgresError?
        var interruption: Interruption?
    }

    /// The executor whose thread the connection lives on.
    public nonisolated let executor: PollExecutor
    /// The number of the server's process, as in `pg_stat_activity`.
    public nonisolated let processID: Int32
    /// The server's version, such as 150020 for 15.20.
    public nonisolated let serverVersion: Int32

    // What others need to know at a glance; only the actor writes.
    nonisolated let requestsInFlight = Atomic<Int>(0)
    nonisolated let isInTransaction = Atomic<Bool>(false)

    /// How many calls wait for their answers, cancel requests and a COPY included.
    package nonisolated var requestsUnderWay: Int { self.requestsInFlight.load(ordering: .relaxed) }

    nonisolated let statementTimeout: Duration?
    let cancellationTimeout: Duration
    let logger: Logger
    // nil once the connection is closed, and then `closeError` says why.
    var handle: ConnectionHandle?
    var closeError: PostgresError?
    var registration: PollRegistration?
    var machine: PipelineStateMachine
    var lastRequest: UInt64 = 0
    var requests: [PipelineStateMachine.RequestID: Request] = [:]
    var cancellation: Cancellation?
    var copy: CopyIn?
    // In the order in which they came.
    var held: [HeldRequest] = []
    var onNotification: (@Sendable (PostgresNotification) -> Void)?
    var onClose: [@Sendable (PostgresError) -> Void] = []
    var onIdle: [@Sendable () -> Void] = []

    /// The executor whose thread the connection lives on.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { self.executor.asUnownedSerialExecutor() }

    private init(
        _ handle: ConnectionHandle,
        configuration: PostgresConfiguration,
        executor: PollExecutor,
        logger: Logger
    ) {
        self.executor = executor
        self.processID = PQbackendPID(handle.pointer)
        self.serverVersion = PQserverVersion(handle.pointer)
        self.statementTimeout = configuration.statementTimeout
        self.cancellationTimeout = configuration.cancellationTimeout
        self.logger = logger
        self.handle = handle
        self.machine = PipelineStateMachine(
            preparedStatementCapacity: configuration.preparedStatementCapacity,
            namePrefix: "s" + String(UInt64.random(in: .min ... .max), radix: 36) + "_"
        )
    }

    isolated deinit {
        if let registration { self.executor.cancel(registration) }
    }

    // MARK: Connecting and closing

    /// Makes a connection.
    ///
    /// - Parameters:
    ///   - configuration: The database, the timeout and the session's settings.
    ///   - executor: The executor to live on; by default one of its own.
    ///   - logger: Where notices of the server go.
    /// - Returns: The connection.
    /// - Throws: ``PostgresError`` when there is none to be had in time.
    public static func connect(
        _ configuration: PostgresConfiguration,
        executor: PollExecutor? = nil,
        logger: Logger = Logger(label: "postgres", factory: { _ in SwiftLogNoOpLogHandler() })
    ) async throws(PostgresError) -> PostgresConnection {
        let executor = if let executor { executor } else { try PollExecutor.postgres() }
        let handle = try await Connector(configuration: configuration, logger: logger).connect(on: executor)
        let connection = PostgresConnection(handle, configuration: configuration, executor: executor, logger: logger)
        await connection.start()
        do throws(PostgresError) {
            try await connection.apply(configuration.sessionSettings)
        } catch {
            await connection.close()
            var failure = PostgresError(
                .connectionFailed,
                "The session's settings were refused: \(error.message)",
                underlyingError: error
            )
            failure.sqlState = error.sqlState
            throw failure
        }
        return connection
    }

    private func start() {
        guard let handle else { return }
        self.registration = self.executor.register(descriptor: PQsocket(handle.pointer), interest: .read) {
            [weak self] readiness in
            self?.assumeIsolated { $0.socketIsReady(readiness) }
        }
    }

    private nonisolated func apply(_ settings: [String: String]) async throws(PostgresError) {
        guard !settings.isEmpty else { return }
        let sql = "SELECT set_config(name, value, false) FROM unnest($1, $2) AS setting (name, value)"
        let statement = PostgresStatement(sql, Array(settings.keys), Array(settings.values), prepared: false)
        _ = try await self.execute([statement])
    }

    /// Closes the connection at once.
    ///
    /// Calls that are still under way fail, and their outcome is unknown.
    public func close() {
        self.end(PostgresError(.connectionClosed, "The connection was closed"))
    }

    /// Has a closure called when the connection ends for whatever reason; at once if it has.
    func whenClosed(_ body: @escaping @Sendable (PostgresError) -> Void) {
        if let closeError { return body(closeError) }
        self.onClose.append(body)
    }

    /// Has a closure called when nothing is under way any more and no transaction is open.
    func whenReusable(_ body: @escaping @Sendable () -> Void) {
        self.whenIdle {
            self.assumeIsolated { connection in
                guard connection.isInTransaction.load(ordering: .relaxed), connection.handle != nil else {
                    return body()
                }
                connection.submit([.rollback], as: connection.nextRequest()) { _ in }
                connection.whenIdle(body)
            }
        }
    }

    /// Has a closure called when nothing is under way any more.
    private func whenIdle(_ body: @escaping @Sendable () -> Void) {
        if self.isIdle || self.handle == nil { return body() }
        self.onIdle.append(body)
    }

    /// Whether nothing is under way, not even a cancel request.
    var isIdle: Bool {
        self.machine.requestsInFlight == 0 && !self.isHolding && self.held.isEmpty
    }

    /// Whether requests must wait: for a cancel request that could hit them, or for a COPY.
    var isHolding: Bool { self.cancellation != nil || self.copy != nil }

    // MARK: Executing

    /// Runs statements in one round trip and, outside an explicit transaction, in one transaction.
    ///
    /// - Parameters:
    ///   - statements: The statements; an error in one skips the rest.
    ///   - timeout: How long they may take, from when they are sent; by default the configuration's
    ///     ``PostgresConfiguration/statementTimeout``.
    /// - Returns: One result for each statement.
    /// - Throws: ``PostgresError``; outside an explicit transaction nothing has taken effect then, unless
    ///   ``PostgresError/outcomeIsUnknown`` is set.
    @discardableResult
    public nonisolated func execute(
        _ statements: [PostgresStatement],
        timeout: Duration?
    ) async throws(PostgresError) -> [PostgresResult] {
        guard !Task.isCancelled else { throw .cancelledBeforeSending }
        let pending = try PendingRequest(statements, timeout: timeout)
        let outcome = await pending.outcome {
            self.executor.executeInline { pending.start(on: self) {} }
        } onCancel: {
            self.executor.execute { pending.interrupt(.cancelled) }
        }
        return try outcome.get()
    }

    /// Runs statements that must be sent even when the task is cancelled, such as the end of a transaction.
    nonisolated func executeUncancellably(
        _ statements: [PostgresStatement]
    ) async throws(PostgresError) -> [PostgresResult] {
        let pending = try PendingRequest(statements, timeout: nil)
        let outcome = await pending.outcome {
            self.executor.executeInline { pending.start(on: self) {} }
        }
        return try outcome.get()
    }
}
