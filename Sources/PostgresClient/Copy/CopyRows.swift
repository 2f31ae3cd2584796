extension PostgresConnection {
    /// Copies rows into a table: all of them or none.
    ///
    /// - Parameters:
    ///   - table: The table's name, as it is: nothing is folded to lower case.
    ///   - schema: The table's schema; by default the search path decides.
    ///   - columns: The names of the columns that the rows' values are for.
    ///   - rows: The rows. Their values travel in binary, so their types must be exactly the columns' types.
    /// - Returns: The number of rows.
    /// - Throws: ``PostgresError`` when the server refuses or the connection breaks.
    @discardableResult
    public nonisolated(nonsending) func copy<Rows: Sequence>(
        into table: String,
        schema: String? = nil,
        columns: [String],
        rows: Rows
    ) async throws -> Int where Rows.Element == PostgresParameters {
        try await self.copy(into: table, schema: schema, columns: columns, rows: CopyRows(rows: rows))
    }
}

extension PostgresTransaction {
    /// Copies rows into a table, as part of the transaction.
    ///
    /// - Parameters:
    ///   - table: The table's name, as it is: nothing is folded to lower case.
    ///   - schema: The table's schema; by default the search path decides.
    ///   - columns: The names of the columns that the rows' values are for.
    ///   - rows: The rows. Their values travel in binary, so their types must be exactly the columns' types.
    /// - Returns: The number of rows.
    /// - Throws: What the sequence throws, or ``PostgresError`` when the server refuses or the connection breaks.
    @discardableResult
    public nonisolated(nonsending) func copy<Rows: AsyncSequence>(
        into table: String,
        schema: String? = nil,
        columns: [String],
        rows: Rows
    ) async throws -> Int where Rows.Element == PostgresParameters {
        try await self.connection.copy(into: table, schema: schema, columns: columns, rows: rows)
    }

    /// Copies rows into a table, as part of the transaction.
    ///
    /// - Parameters:
    ///   - table: The table's name, as it is: nothing is folded to lower case.
    ///   - schema: The table's schema; by default the search path decides.
    ///   - columns: The names of the columns that the rows' values are for.
    ///   - rows: The rows. Their values travel in binary, so their types must be exactly the columns' types.
    /// - Returns: The number of rows.
    /// - Throws: ``PostgresError`` when the server refuses or the connection breaks.
    @discardableResult
    public nonisolated(nonsending) func copy<Rows: Sequence>(
        into table: String,
        schema: String? = nil,
        columns: [String],
        rows: Rows
    ) async throws -> Int where Rows.Element == PostgresParameters {
        try await self.copy(into: table, schema: schema, columns: columns, rows: CopyRows(rows: rows))
    }
}

extension PostgresClient {
    /// Copies rows into a table over a connection of the pool: all of them or none.
    ///
    /// - Parameters:
    ///   - table: The table's name, as it is: nothing is folded to lower case.
    ///   - schema: The table's schema; by default the search path decides.
    ///   - columns: The names of the columns that the rows' values are for.
    ///   - rows: The rows. Their values travel in binary, so their types must be exactly the columns' types.
    /// - Returns: The number of rows.
    /// - Throws: What the sequence throws, or ``PostgresError`` when the server refuses or the connection breaks.
    @discardableResult
    public nonisolated(nonsending) func copy<Rows: AsyncSequence>(
        into table: String,
        schema: String? = nil,
        columns: [String],
        rows: Rows
    ) async throws -> Int where Rows.Element == PostgresParameters {
        try await self.withConnection { connection in
            try await connection.copy(into: table, schema: schema, columns: columns, rows: rows)
        }
    }

    /// Copies rows into a table over a connection of the pool: all of them or none.
    ///
    /// - Parameters:
    ///   - table: The table's name, as it is: nothing is folded to lower case.
    ///   - schema: The table's schema; by default the search path decides.
    ///   - columns: The names of the columns that the rows' values are for.
    ///   - rows: The rows. Their values travel in binary, so their types must be exactly the columns' types.
    /// - Returns: The number of rows.
    /// - Throws: ``PostgresError`` when the server refuses or the connection breaks.
    @discardableResult
    public nonisolated(nonsending) func copy<Rows: Sequence>(
        into table: String,
        schema: String? = nil,
        columns: [String],
        rows: Rows
    ) async throws -> Int where Rows.Element == PostgresParameters {
        try await self.copy(into: table, schema: schema, columns: columns, rows: CopyRows(rows: rows))
    }
}

/// Rows that are there already, as an asynchronous sequence.
private struct CopyRows<Rows: Sequence>: AsyncSequence where Rows.Element == PostgresParameters {
    struct AsyncIterator: AsyncIteratorProtocol {
        var rows: Rows.Iterator

        mutating func next() async throws(Never) -> PostgresParameters? { self.rows.next() }
    }

    let rows: Rows

    func makeAsyncIterator() -> AsyncIterator { AsyncIterator(rows: self.rows.makeIterator()) }
}
