/// What went wrong with a connection, a query or a result.
public struct PostgresError: Error {
    /// The kind of error.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        private enum Kind: String {
            case invalidConfiguration, connectionFailed, connectionLost, connectionClosed, queryFailed, commitFailed
            case invalidStatement, decodingFailed, poolTimeout, poolClosed, cancelled, timeout
            case alreadyRunning, outOfResources
        }

        private let kind: Kind

        /// The connection string or another setting makes no sense.
        public static let invalidConfiguration = Code(kind: .invalidConfiguration)
        /// No connection could be made.
        public static let connectionFailed = Code(kind: .connectionFailed)
        /// The connection broke, or the server ended it.
        public static let connectionLost = Code(kind: .connectionLost)
        /// The connection had been closed on this side.
        public static let connectionClosed = Code(kind: .connectionClosed)
        /// The server refused a statement; see ``PostgresError/sqlState``.
        public static let queryFailed = Code(kind: .queryFailed)
        /// A transaction's statements succeeded and its commit did not.
        public static let commitFailed = Code(kind: .commitFailed)
        /// A statement that cannot be sent.
        public static let invalidStatement = Code(kind: .invalidStatement)
        /// A value that is not of the type it was read as, or a column that does not exist.
        public static let decodingFailed = Code(kind: .decodingFailed)
        /// No connection came free in time.
        public static let poolTimeout = Code(kind: .poolTimeout)
        /// The client is shutting down or has done so.
        public static let poolClosed = Code(kind: .poolClosed)
        /// The calling task was cancelled.
        public static let cancelled = Code(kind: .cancelled)
        /// The statements took longer than they were allowed to.
        public static let timeout = Code(kind: .timeout)
        /// The system has no thread, descriptor or memory left for the client.
        public static let outOfResources = Code(kind: .outOfResources)
        /// The client is running already.
        public static let alreadyRunning = Code(kind: .alreadyRunning)

        /// The code's name.
        public var description: String { self.kind.rawValue }
    }

    /// The kind of error.
    public var code: Code
    /// The server's error code, where the server reported the error.
    public var sqlState: SQLState?
    /// What happened, in words.
    ///
    /// It never holds the connection string.
    public var message: String
    /// The server's details, which can quote values of rows.
    public var detail: String?
    /// The server's advice.
    public var hint: String?
    /// The constraint that was violated, where it is one.
    public var constraintName: String?
    /// Whether the statements may have taken effect although there is no result: the connection was lost, or the task
    /// cancelled, after they had been sent.
    public var outcomeIsUnknown = false
    /// The error behind this one.
    public var underlyingError: (any Error)?

    /// Whether the server planned the statement for other columns than it would have now.
    var isStalePlan = false

    /// Whether the same work can succeed when it is tried again.
    ///
    /// It can have taken effect already: see ``outcomeIsUnknown``.
    public var isRetryable: Bool {
        switch self.code {
        case .connectionLost, .poolTimeout: true
        case .connectionFailed: !self.isRefusal
        case .queryFailed, .commitFailed:
            // The statement is prepared afresh the next time.
            self.isStalePlan || self.sqlState == .invalidStatementName || self.sqlState?.isTransient == true
        default: false
        }
    }

    /// Whether the server has refused to let the user in, which it will do again.
    private var isRefusal: Bool {
        self.sqlState == .undefinedDatabase || self.sqlState?.errorClass == "28"
    }

    /// Makes an error.
    ///
    /// - Parameters:
    ///   - code: The kind of error.
    ///   - message: What happened, in words.
    ///   - underlyingError: The error behind this one.
    public init(_ code: Code, _ message: String, underlyingError: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.underlyingError = underlyingError
    }
}

extension PostgresError: CustomStringConvertible {
    /// The kind, the server's code and the message.
    public var description: String {
        let state = self.sqlState.map { " [\($0)]" } ?? ""
        let unknown = self.outcomeIsUnknown ? " (the outcome is unknown)" : ""
        return "\(self.code)\(state): \(self.message)\(unknown)"
    }
}

extension PostgresError: CustomDebugStringConvertible {
    /// The description with the server's details and advice, which can quote values of rows.
    public var debugDescription: String {
        [self.description, self.detail, self.hint, self.underlyingError.map { "caused by \($0)" }]
            .compactMap { $0 }
            .joined(separator: "; ")
    }
}

extension PostgresError {
    static var cancelledBeforeSending: PostgresError {
        PostgresError(.cancelled, "The task was cancelled before the statements were sent")
    }

    /// What to do about a prepared statement that the server does not know although this connection prepared it.
    static let forgottenStatement =
        "; behind a pooler in transaction mode set preparedStatementCapacity to 0, after DEALLOCATE or DISCARD try again"
}
