extension Array: PostgresEncodable where Element: PostgresArrayElement {
    /// The type of an array of such elements; `bytea` for bytes.
    public static var postgresType: PostgresType { Element.postgresArrayType }

    /// Writes the array.
    ///
    /// - Parameter buffer: Where to append it.
    public func encode(into buffer: inout PostgresWriteBuffer) {
        Element.encodeArray(self, into: &buffer)
    }
}

extension Array: PostgresDecodable where Element: PostgresArrayElement {
    /// Reads an array of one dimension.
    ///
    /// - Parameters:
    ///   - bytes: The array in PostgreSQL's binary format.
    ///   - type: The array's type.
    /// - Returns: The array.
    /// - Throws: ``PostgresDecodingError`` when the type or the bytes do not fit.
    public static func decode(_ bytes: RawSpan, type: PostgresType) throws(PostgresDecodingError) -> [Element] {
        try Element.decodeArray(bytes, type: type)
    }
}

/// `bytea` values as elements.
extension Array: PostgresArrayElement where Element == UInt8 {
    /// `bytea[]`.
    public static var postgresArrayType: PostgresType { .byteaArray }
}

extension Optional: PostgresArrayElement where Wrapped: PostgresArrayElement {
    /// The type of an array of the wrapped values.
    public static var postgresArrayType: PostgresType { Wrapped.postgresArrayType }

    /// Writes an array of values and NULLs.
    ///
    /// - Parameters:
    ///   - elements: The elements.
    ///   - buffer: Where to append them.
    public static func encodeArray(_ elements: [Wrapped?], into buffer: inout PostgresWriteBuffer) {
        Wrapped.encodeArray(elements, into: &buffer)
    }

    /// Writes an array of values and NULLs.
    ///
    /// - Parameters:
    ///   - elements: The elements, nil for NULL.
    ///   - buffer: Where to append them.
    public static func encodeArray(_ elements: [Wrapped??], into buffer: inout PostgresWriteBuffer) {
        Wrapped.encodeArray(elements.map { $0 ?? nil }, into: &buffer)
    }

    /// Reads an array of values and NULLs.
    ///
    /// - Parameters:
    ///   - bytes: The array in PostgreSQL's binary format.
    ///   - type: The array's type.
    /// - Returns: The elements, nil for NULL.
    /// - Throws: ``PostgresDecodingError`` when the type or the bytes do not fit.
    public static func decodeArray(_ bytes: RawSpan, type: PostgresType) throws(PostgresDecodingError) -> [Wrapped?] {
        try Wrapped.decodeOptionalArray(bytes, type: type)
    }
}
