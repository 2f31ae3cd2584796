import PollExecutor

extension PostgresConnection {
    /// Copies rows into a table, the fastest way to bring many of them in.
    ///
    /// It is one statement: all rows are stored, or none. When the sequence throws or the task is cancelled, the server
    /// throws away what it has got. It waits until what others have asked of the connection before is over, and they
    /// wait until it is.
    ///
    /// ```swift
    /// let people = names.map { PostgresParameters(UUID(), $0) }
    /// try await connection.copy(into: "people", columns: ["id", "name"], rows: people)
    /// ```
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
        let names = try columns.map { try $0.quotedAsIdentifier() }.joined(separator: ", ")
        let prefix = try schema.map { try $0.quotedAsIdentifier() + "." } ?? ""
        let sql = "COPY \(prefix)\(try table.quotedAsIdentifier()) (\(names)) FROM STDIN WITH (FORMAT binary)"
        return try await self.copyIn(sql) { (send: (_ bytes: inout [UInt8]) async throws -> Bool) in
            var buffer = PostgresWriteBuffer()
            buffer.bytes.reserveCapacity(Self.copyChunk + 4096)
            buffer.appendCopyHeader()
            for try await row in rows {
                try buffer.appendCopyRow(row, columns: columns.count)
                if buffer.bytes.count >= Self.copyChunk, try await !send(&buffer.bytes) { return }
            }
            buffer.append(Int16(-1))
            _ = try await send(&buffer.bytes)
        }
    }

    /// Copies data in one of the server's own formats, such as CSV.
    ///
    /// ```swift
    /// try await connection.copy("COPY people FROM STDIN WITH (FORMAT csv)", data: chunks)
    /// ```
    ///
    /// - Parameters:
    ///   - sql: The statement, `COPY … FROM STDIN …`.
    ///   - data: The data, in pieces of any size.
    /// - Returns: The number of rows.
    /// - Throws: What the sequence throws, or ``PostgresError`` when the server refuses or the connection breaks.
    @discardableResult
    public nonisolated(nonsending) func copy<Data: AsyncSequence>(
        _ sql: String,
        data: Data
    ) async throws -> Int where Data.Element == [UInt8] {
        try await self.copyIn(sql) { (send: (_ bytes: inout [UInt8]) async throws -> Bool) in
            for try await var piece in data where !piece.isEmpty {
                if try await !send(&piece) { return }
            }
        }
    }

    // Large enough that a hop to the connection's thread is nothing beside it.
    private static var copyChunk: Int { 1 << 16 }

    private nonisolated(nonsending) func copyIn(
        _ sql: String,
        _ body: (_ send: (_ bytes: inout [UInt8]) async throws -> Bool) async throws -> Void
    ) async throws -> Int {
        guard !Task.isCancelled else { throw PostgresError.cancelledBeforeSending }
        guard !sql.holdsNUL else {
            throw PostgresError(.invalidStatement, "The SQL holds a NUL character")
        }
        let id = await self.nextRequest()
        return try await withTaskCancellationHandler {
            try await self.beginCopy(sql, as: id)
            do {
                try await body { bytes in
                    let goesOn = try await self.sendCopyData(bytes)
                    bytes.removeAll(keepingCapacity: true)
                    return goesOn
                }
            } catch {
                // A verdict of the server's own, or the loss of the connection, does not tell more.
                _ = try? await self.finishCopy(abort: "the client failed")
                throw error
            }
            return try await self.finishCopy()
        } onCancel: {
            self.executor.execute { self.assumeIsolated { $0.interruptCopy(id) } }
        }
    }
}
