extension Bool: PostgresArrayElement {
    /// `boolean`.
    public static var postgresType: PostgresType { .bool }
    /// `boolean[]`.
    public static var postgresArrayType: PostgresType { .boolArray }

    /// Writes one byte.
    ///
    /// - Parameter buffer: Where to append it.
    public func encode(into buffer: inout PostgresWriteBuffer) {
        buffer.append(UInt8(self ? 1 : 0))
    }

    /// Reads a `boolean`.
    ///
    /// - Parameters:
    ///   - bytes: The value.
    ///   - type: Its type.
    /// - Returns: The truth.
    /// - Throws: ``PostgresDecodingError`` when the type or the bytes do not fit.
    public static func decode(_ bytes: RawSpan, type: PostgresType) throws(PostgresDecodingError) -> Bool {
        guard type == .bool else { throw .wrongType(type, expected: .bool) }
        guard bytes.byteCount == 1 else { throw .wrongLength(bytes.byteCount, of: type) }
        return bytes.integer(as: UInt8.self) != 0
    }
}
