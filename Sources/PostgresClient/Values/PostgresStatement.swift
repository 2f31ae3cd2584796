/// A statement in SQL with its parameters.
///
/// ```swift
/// PostgresStatement("SELECT name FROM people WHERE id = ANY($1) AND born > $2", ids, date)
/// ```
///
/// The parameters' types are declared by their Swift types: an `Int` is a `bigint`, a `String` is `text`. Where SQL
/// does not convert by itself, such as from `text` to an enumeration, the statement must: `$1::mood`.
public struct PostgresStatement: Sendable {
    /// The SQL: one command, with `$1`, `$2`, … for the parameters.
    public let sql: String
    /// The parameters.
    public let parameters: PostgresParameters
    /// Whether the server keeps the statement, parsed and planned, for the next time it comes on the same connection.
    public let isPrepared: Bool

    /// Makes a statement.
    ///
    /// - Parameters:
    ///   - sql: The SQL: one command, with `$1`, `$2`, … for the parameters.
    ///   - parameters: The parameters, in order.
    ///   - prepared: Whether the server shall keep the statement for the next time; false for what is not repeated.
    public init<each Parameter: PostgresEncodable>(
        _ sql: String,
        _ parameters: repeat each Parameter,
        prepared: Bool = true
    ) {
        var values = PostgresParameters()
        repeat values.append(each parameters)
        self.init(sql, parameters: values, prepared: prepared)
    }

    /// Makes a statement from parameters gathered before.
    ///
    /// - Parameters:
    ///   - sql: The SQL: one command, with `$1`, `$2`, … for the parameters.
    ///   - parameters: The parameters.
    ///   - prepared: Whether the server shall keep the statement for the next time; false for what is not repeated.
    public init(_ sql: String, parameters: PostgresParameters, prepared: Bool = true) {
        self.sql = sql
        self.parameters = parameters
        self.isPrepared = prepared
    }
}

extension PostgresStatement {
    // Parsing them costs nothing worth a place among the prepared statements.
    static let begin = PostgresStatement("BEGIN", prepared: false)
    static let commit = PostgresStatement("COMMIT", prepared: false)
    static let rollback = PostgresStatement("ROLLBACK", prepared: false)
}
