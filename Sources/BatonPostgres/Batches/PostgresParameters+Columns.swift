internal import PostgresClient

extension PostgresParameters {
    /// Appends a column of rows: an array, or a value where the statement is one for a single row.
    ///
    /// - Parameters:
    ///   - rows: The rows.
    ///   - isOne: Whether the statement is for a single row.
    ///   - column: What to append of each.
    mutating func append<Row, Value: PostgresArrayElement>(
        _ rows: [Row],
        ofOne isOne: Bool,
        _ column: (Row) -> Value
    ) {
        // Of more rows than one none must get lost: an array is an error where a value is meant.
        if isOne, rows.count == 1, let row = rows.first {
            append(column(row))
        } else {
            append(rows.map(column))
        }
    }
}
