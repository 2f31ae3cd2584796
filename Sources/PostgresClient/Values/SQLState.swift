/// PostgreSQL's five-character error code.
public struct SQLState: RawRepresentable, Hashable, Sendable {
    /// The code, such as `23505`.
    public let rawValue: String

    /// `0A000`: what the server does not support.
    public static let featureNotSupported = SQLState(rawValue: "0A000")
    /// `21000`: more than one row where one was expected.
    public static let cardinalityViolation = SQLState(rawValue: "21000")
    /// `22021`: text that is not in the encoding, or holds a NUL character.
    public static let characterNotInRepertoire = SQLState(rawValue: "22021")
    /// `22P02`: text that is no value of its type.
    public static let invalidTextRepresentation = SQLState(rawValue: "22P02")
    /// `23502`: NULL in a column that refuses it.
    public static let notNullViolation = SQLState(rawValue: "23502")
    /// `23503`: a reference to a row that is not there.
    public static let foreignKeyViolation = SQLState(rawValue: "23503")
    /// `23505`: a value that is there already.
    public static let uniqueViolation = SQLState(rawValue: "23505")
    /// `23514`: a row that fails a check.
    public static let checkViolation = SQLState(rawValue: "23514")
    /// `25P02`: a statement in a transaction that has failed before.
    public static let inFailedTransaction = SQLState(rawValue: "25P02")
    /// `26000`: a prepared statement that the server does not know.
    public static let invalidStatementName = SQLState(rawValue: "26000")
    /// `28P01`: a wrong password.
    public static let invalidPassword = SQLState(rawValue: "28P01")
    /// `3D000`: a database that does not exist.
    public static let undefinedDatabase = SQLState(rawValue: "3D000")
    /// `3F000`: a schema that does not exist.
    public static let undefinedSchema = SQLState(rawValue: "3F000")
    /// `40001`: a transaction that met a concurrent one and can be tried again.
    public static let serializationFailure = SQLState(rawValue: "40001")
    /// `40P01`: a transaction that was given up to end a deadlock.
    public static let deadlockDetected = SQLState(rawValue: "40P01")
    /// `42501`: a lack of privileges.
    public static let insufficientPrivilege = SQLState(rawValue: "42501")
    /// `42601`: SQL that does not parse.
    public static let syntaxError = SQLState(rawValue: "42601")
    /// `42703`: a column that does not exist.
    public static let undefinedColumn = SQLState(rawValue: "42703")
    /// `42883`: a function that does not exist.
    public static let undefinedFunction = SQLState(rawValue: "42883")
    /// `42P01`: a table that does not exist.
    public static let undefinedTable = SQLState(rawValue: "42P01")
    /// `42P06`: a schema that exists already.
    public static let duplicateSchema = SQLState(rawValue: "42P06")
    /// `42P07`: a table that exists already.
    public static let duplicateTable = SQLState(rawValue: "42P07")
    /// `53300`: more connections than the server allows.
    public static let tooManyConnections = SQLState(rawValue: "53300")
    /// `55P03`: a lock that was not to be waited for.
    public static let lockNotAvailable = SQLState(rawValue: "55P03")
    /// `57014`: a query that was cancelled or ran into a timeout.
    public static let queryCanceled = SQLState(rawValue: "57014")
    /// `57P01`: a connection ended by an administrator.
    public static let adminShutdown = SQLState(rawValue: "57P01")
    /// `57P02`: a connection ended by a crash of another one.
    public static let crashShutdown = SQLState(rawValue: "57P02")
    /// `57P03`: a server that is starting up or shutting down.
    public static let cannotConnectNow = SQLState(rawValue: "57P03")

    /// The class of the error: the code's first two characters.
    public var errorClass: Substring { self.rawValue.prefix(2) }

    /// Whether the same work can succeed when it is tried again.
    var isTransient: Bool {
        switch self {
        case .serializationFailure, .deadlockDetected, .adminShutdown, .crashShutdown, .cannotConnectNow: true
        // Connection exceptions and insufficient resources.
        default: self.errorClass == "08" || self.errorClass == "53"
        }
    }

    /// Wraps a code.
    ///
    /// - Parameter rawValue: The code, such as `23505`.
    public init(rawValue: String) {
        self.rawValue = rawValue
    }
}

extension SQLState: CustomStringConvertible {
    /// The code.
    public var description: String { self.rawValue }
}
