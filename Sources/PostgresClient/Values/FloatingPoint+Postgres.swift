extension Float: PostgresArrayElement {
    /// `real`.
    public static var postgresType: PostgresType { .float4 }
    /// `real[]`.
    public static var postgresArrayType: PostgresType { .float4Array }

    /// Writes four bytes.
    ///
    /// - Parameter buffer: Where to append them.
    public func encode(into buffer: inout PostgresWriteBuffer) {
        buffer.append(self.bitPattern)
    }

    /// Reads a `real`.
    ///
    /// - Parameters:
    ///   - bytes: The value.
    ///   - type: Its type.
    /// - Returns: The number.
    /// - Throws: ``PostgresDecodingError`` when the type or the bytes do not fit.
    public static func decode(_ bytes: RawSpan, type: PostgresType) throws(PostgresDecodingError) -> Float {
        guard type == .float4 else { throw .wrongType(type, expected: .float4) }
        guard bytes.byteCount == 4 else { throw .wrongLength(bytes.byteCount, of: type) }
        return Float(bitPattern: bytes.integer(as: UInt32.self))
    }
}

extension Double: PostgresArrayElement {
    /// `double precision`.
    public static var postgresType: PostgresType { .float8 }
    /// `double precision[]`.
    public static var postgresArrayType: PostgresType { .float8Array }

    /// Writes eight bytes.
    ///
    /// - Parameter buffer: Where to append them.
    public func encode(into buffer: inout PostgresWriteBuffer) {
        buffer.append(self.bitPattern)
    }

    /// Reads a `double precision` or a `real`.
    ///
    /// - Parameters:
    ///   - bytes: The value.
    ///   - type: Its type.
    /// - Returns: The number.
    /// - Throws: ``PostgresDecodingError`` when the type or the bytes do not fit.
    public static func decode(_ bytes: RawSpan, type: PostgresType) throws(PostgresDecodingError) -> Double {
        switch (type, bytes.byteCount) {
        case (.float8, 8): return Double(bitPattern: bytes.integer(as: UInt64.self))
        case (.float4, 4): return Double(Float(bitPattern: bytes.integer(as: UInt32.self)))
        case (.float8, let length), (.float4, let length): throw .wrongLength(length, of: type)
        default: throw .wrongType(type, expected: .float8, .float4)
        }
    }
}
