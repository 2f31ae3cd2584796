/// What a column's value can be read as.
public protocol PostgresDecodable: Sendable {
    /// Reads a value that is not NULL.
    ///
    /// - Parameters:
    ///   - bytes: The value in the binary format of its type.
    ///   - type: The column's type.
    /// - Returns: The value.
    /// - Throws: ``PostgresDecodingError`` when the type or the bytes do not fit.
    static func decode(_ bytes: RawSpan, type: PostgresType) throws(PostgresDecodingError) -> Self

    /// Reads SQL's NULL.
    ///
    /// - Returns: What stands for NULL.
    /// - Throws: ``PostgresDecodingError`` unless the type is an optional.
    static func decodeNull() throws(PostgresDecodingError) -> Self
}

extension PostgresDecodable {
    /// Refuses NULL.
    ///
    /// - Returns: Never.
    /// - Throws: ``PostgresDecodingError``, always.
    public static func decodeNull() throws(PostgresDecodingError) -> Self {
        throw PostgresDecodingError("NULL is no \(Self.self); read it as an optional")
    }
}

extension Optional: PostgresDecodable where Wrapped: PostgresDecodable {
    /// Reads a value that is not NULL.
    ///
    /// - Parameters:
    ///   - bytes: The value in the binary format of its type.
    ///   - type: The column's type.
    /// - Returns: The value.
    /// - Throws: ``PostgresDecodingError`` when the type or the bytes do not fit.
    public static func decode(_ bytes: RawSpan, type: PostgresType) throws(PostgresDecodingError) -> Self {
        try Wrapped.decode(bytes, type: type)
    }

    /// Reads NULL as nil.
    ///
    /// - Returns: Nil.
    public static func decodeNull() throws(PostgresDecodingError) -> Self {
        nil
    }
}
