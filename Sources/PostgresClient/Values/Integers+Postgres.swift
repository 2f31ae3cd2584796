extension Int16: PostgresArrayElement {
    /// `smallint`.
    public static var postgresType: PostgresType { .int2 }
    /// `smallint[]`.
    public static var postgresArrayType: PostgresType { .int2Array }

    /// Writes two bytes.
    ///
    /// - Parameter buffer: Where to append them.
    public func encode(into buffer: inout PostgresWriteBuffer) {
        buffer.append(self)
    }

    /// Reads a `smallint`.
    ///
    /// - Parameters:
    ///   - bytes: The value.
    ///   - type: Its type.
    /// - Returns: The integer.
    /// - Throws: ``PostgresDecodingError`` when the type or the bytes do not fit.
    public static func decode(_ bytes: RawSpan, type: PostgresType) throws(PostgresDecodingError) -> Int16 {
        guard type == .int2 else { throw .wrongType(type, expected: .int2) }
        guard bytes.byteCount == 2 else { throw .wrongLength(bytes.byteCount, of: type) }
        return bytes.integer(as: Int16.self)
    }
}

extension Int32: PostgresArrayElement {
    /// `integer`.
    public static var postgresType: PostgresType { .int4 }
    /// `integer[]`.
    public static var postgresArrayType: PostgresType { .int4Array }

    /// Writes four bytes.
    ///
    /// - Parameter buffer: Where to append them.
    public func encode(into buffer: inout PostgresWriteBuffer) {
        buffer.append(self)
    }

    /// Reads an `integer` or a `smallint`.
    ///
    /// - Parameters:
    ///   - bytes: The value.
    ///   - type: Its type.
    /// - Returns: The integer.
    /// - Throws: ``PostgresDecodingError`` when the type or the bytes do not fit.
    public static func decode(_ bytes: RawSpan, type: PostgresType) throws(PostgresDecodingError) -> Int32 {
        switch (type, bytes.byteCount) {
        case (.int4, 4): return bytes.integer(as: Int32.self)
        case (.int2, 2): return Int32(bytes.integer(as: Int16.self))
        case (.int4, let length), (.int2, let length): throw .wrongLength(length, of: type)
        default: throw .wrongType(type, expected: .int4, .int2)
        }
    }
}

extension Int64: PostgresArrayElement {
    /// `bigint`.
    public static var postgresType: PostgresType { .int8 }
    /// `bigint[]`.
    public static var postgresArrayType: PostgresType { .int8Array }

    /// Writes eight bytes.
    ///
    /// - Parameter buffer: Where to append them.
    public func encode(into buffer: inout PostgresWriteBuffer) {
        buffer.append(self)
    }

    /// Reads a `bigint`, an `integer` or a `smallint`.
    ///
    /// - Parameters:
    ///   - bytes: The value.
    ///   - type: Its type.
    /// - Returns: The integer.
    /// - Throws: ``PostgresDecodingError`` when the type or the bytes do not fit.
    public static func decode(_ bytes: RawSpan, type: PostgresType) throws(PostgresDecodingError) -> Int64 {
        switch (type, bytes.byteCount) {
        case (.int8, 8): return bytes.integer(as: Int64.self)
        case (.int4, 4): return Int64(bytes.integer(as: Int32.self))
        case (.int2, 2): return Int64(bytes.integer(as: Int16.self))
        case (.int8, let length), (.int4, let length), (.int2, let length): throw .wrongLength(length, of: type)
        default: throw .wrongType(type, expected: .int8, .int4, .int2)
        }
    }
}

extension Int: PostgresArrayElement {
    /// `bigint`.
    public static var postgresType: PostgresType { .int8 }
    /// `bigint[]`.
    public static var postgresArrayType: PostgresType { .int8Array }

    /// Writes eight bytes.
    ///
    /// - Parameter buffer: Where to append them.
    public func encode(into buffer: inout PostgresWriteBuffer) {
        buffer.append(Int64(self))
    }

    /// Reads a `bigint`, an `integer` or a `smallint`.
    ///
    /// - Parameters:
    ///   - bytes: The value.
    ///   - type: Its type.
    /// - Returns: The integer.
    /// - Throws: ``PostgresDecodingError`` when the type or the bytes do not fit.
    public static func decode(_ bytes: RawSpan, type: PostgresType) throws(PostgresDecodingError) -> Int {
        let integer = try Int64.decode(bytes, type: type)
        guard let result = Int(exactly: integer) else { throw PostgresDecodingError("\(integer) does not fit an Int") }
        return result
    }
}

/// A byte is a `"char"`, and an array of bytes is a `bytea`.
extension UInt8: PostgresArrayElement {
    /// `"char"`.
    public static var postgresType: PostgresType { .char }
    /// `bytea`.
    public static var postgresArrayType: PostgresType { .bytea }

    /// Writes one byte.
    ///
    /// - Parameter buffer: Where to append it.
    public func encode(into buffer: inout PostgresWriteBuffer) {
        buffer.append(self)
    }

    /// Reads a `"char"`.
    ///
    /// - Parameters:
    ///   - bytes: The value.
    ///   - type: Its type.
    /// - Returns: The byte.
    /// - Throws: ``PostgresDecodingError`` when the type or the bytes do not fit.
    public static func decode(_ bytes: RawSpan, type: PostgresType) throws(PostgresDecodingError) -> UInt8 {
        guard type == .char else { throw .wrongType(type, expected: .char) }
        guard bytes.byteCount == 1 else { throw .wrongLength(bytes.byteCount, of: type) }
        return bytes.integer(as: UInt8.self)
    }

    /// Writes a `bytea`.
    ///
    /// - Parameters:
    ///   - elements: The bytes.
    ///   - buffer: Where to append them.
    public static func encodeArray(_ elements: [UInt8], into buffer: inout PostgresWriteBuffer) {
        buffer.append(contentsOf: elements)
    }

    /// Reads a `bytea`.
    ///
    /// - Parameters:
    ///   - bytes: The value.
    ///   - type: Its type.
    /// - Returns: The bytes.
    /// - Throws: ``PostgresDecodingError`` when the type does not fit.
    public static func decodeArray(_ bytes: RawSpan, type: PostgresType) throws(PostgresDecodingError) -> [UInt8] {
        guard type == .bytea else { throw .wrongType(type, expected: .bytea) }
        return bytes.withUnsafeBytes { Array($0) }
    }
}
