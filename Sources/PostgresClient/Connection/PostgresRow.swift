import CLibPQ

/// A row of a result.
public struct PostgresRow: Sendable {
    private let storage: PostgresResult.Storage
    private let index: Int32

    /// The number of columns.
    public var columnCount: Int { Int(PQnfields(self.storage.pointer)) }

    init(storage: PostgresResult.Storage, index: Int) {
        self.storage = storage
        self.index = Int32(index)
    }

    /// Reads a column by its number.
    ///
    /// - Parameters:
    ///   - type: What to read it as; an optional where it can be NULL.
    ///   - column: The column's number, from 0 on.
    /// - Returns: The value.
    /// - Throws: ``PostgresError`` when there is no such column or its value is none of that type.
    public func decode<Value: PostgresDecodable>(
        _ type: Value.Type,
        _ column: Int
    ) throws(PostgresError) -> Value {
        guard (0..<self.columnCount).contains(column) else {
            throw PostgresError(.decodingFailed, "There is no column \(column) among \(self.columnCount)")
        }
        return try self.decodeExisting(type, Int32(column))
    }

    /// Reads a column by its name.
    ///
    /// - Parameters:
    ///   - type: What to read it as; an optional where it can be NULL.
    ///   - name: The column's name, as the server spells it; the first of several.
    /// - Returns: The value.
    /// - Throws: ``PostgresError`` when there is no such column or its value is none of that type.
    public func decode<Value: PostgresDecodable>(
        _ type: Value.Type,
        _ name: String
    ) throws(PostgresError) -> Value {
        // PQfnumber would fold the name to lower case.
        for column in 0..<PQnfields(self.storage.pointer) {
            guard let other = PQfname(self.storage.pointer, column) else { continue }
            if String(cString: other) == name { return try self.decodeExisting(type, column) }
        }
        throw PostgresError(.decodingFailed, "There is no column \"\(name)\"")
    }

    /// Reads all columns at once.
    ///
    /// ```swift
    /// let (id, name) = try row.decode((UUID, String?).self)
    /// ```
    ///
    /// - Parameter types: What to read the columns as, in order and in full.
    /// - Returns: The values.
    /// - Throws: ``PostgresError`` when the number of columns is another or a value is not of its type.
    public func decode<each Value: PostgresDecodable>(
        _ types: (repeat each Value).Type
    ) throws(PostgresError) -> (repeat each Value) {
        var expected = 0
        for _ in repeat (each Value).self { expected += 1 }
        guard expected == self.columnCount else {
            throw PostgresError(.decodingFailed, "Expected \(expected) columns, found \(self.columnCount)")
        }
        var column: Int32 = -1
        func next<Next: PostgresDecodable>(_ type: Next.Type) throws(PostgresError) -> Next {
            column += 1
            return try self.decodeExisting(type, column)
        }
        return (repeat try next((each Value).self))
    }

    private func decodeExisting<Value: PostgresDecodable>(
        _ type: Value.Type,
        _ column: Int32
    ) throws(PostgresError) -> Value {
        let pointer = self.storage.pointer
        do throws(PostgresDecodingError) {
            guard PQgetisnull(pointer, self.index, column) == 0,
                let value = PQgetvalue(pointer, self.index, column)
            else { return try Value.decodeNull() }
            let bytes = UnsafeRawBufferPointer(start: value, count: Int(PQgetlength(pointer, self.index, column)))
            // The result must outlive the span into it.
            return try withExtendedLifetime(self.storage) { () throws(PostgresDecodingError) in
                try Value.decode(bytes.bytes, type: PostgresType(rawValue: PQftype(pointer, column)))
            }
        } catch {
            let name = PQfname(pointer, column).map { String(cString: $0) } ?? ""
            throw PostgresError(
                .decodingFailed,
                "Row \(self.index), column \(column) \"\(name)\" as \(Value.self): \(error.message)",
                underlyingError: error
            )
        }
    }
}
