/// What can be an element of a one-dimensional array, as a parameter and in a result.
public protocol PostgresArrayElement: PostgresEncodable, PostgresDecodable {
    /// The type of an array of such elements.
    static var postgresArrayType: PostgresType { get }

    // Requirements rather than generic functions, so that the loops are compiled for each element type.

    /// Writes an array of such elements.
    ///
    /// - Parameters:
    ///   - elements: The elements.
    ///   - buffer: Where to append them.
    static func encodeArray(_ elements: [Self], into buffer: inout PostgresWriteBuffer)

    /// Writes an array of such elements and NULLs.
    ///
    /// - Parameters:
    ///   - elements: The elements, nil for NULL.
    ///   - buffer: Where to append them.
    static func encodeArray(_ elements: [Self?], into buffer: inout PostgresWriteBuffer)

    /// Reads an array of such elements.
    ///
    /// - Parameters:
    ///   - bytes: The array in PostgreSQL's binary format.
    ///   - type: The array's type.
    /// - Returns: The elements.
    /// - Throws: ``PostgresDecodingError`` when the type or the bytes do not fit, or an element is NULL.
    static func decodeArray(_ bytes: RawSpan, type: PostgresType) throws(PostgresDecodingError) -> [Self]

    /// Reads an array of such elements and NULLs.
    ///
    /// - Parameters:
    ///   - bytes: The array in PostgreSQL's binary format.
    ///   - type: The array's type.
    /// - Returns: The elements, nil for NULL.
    /// - Throws: ``PostgresDecodingError`` when the type or the bytes do not fit.
    static func decodeOptionalArray(_ bytes: RawSpan, type: PostgresType) throws(PostgresDecodingError) -> [Self?]
}

extension PostgresArrayElement {
    /// Writes an array of such elements.
    ///
    /// - Parameters:
    ///   - elements: The elements.
    ///   - buffer: Where to append them.
    public static func encodeArray(_ elements: [Self], into buffer: inout PostgresWriteBuffer) {
        ArrayFormat.appendHeader(count: elements.count, hasNulls: false, type: Self.postgresType, to: &buffer)
        for element in elements {
            buffer.appendWithLength { element.encode(into: &$0) }
        }
    }

    /// Writes an array of such elements and NULLs.
    ///
    /// - Parameters:
    ///   - elements: The elements, nil for NULL.
    ///   - buffer: Where to append them.
    public static func encodeArray(_ elements: [Self?], into buffer: inout PostgresWriteBuffer) {
        ArrayFormat.appendHeader(count: elements.count, hasNulls: true, type: Self.postgresType, to: &buffer)
        for element in elements {
            guard let element else {
                buffer.append(ArrayFormat.nullLength)
                continue
            }
            buffer.appendWithLength { element.encode(into: &$0) }
        }
    }

    /// Reads an array of such elements.
    ///
    /// - Parameters:
    ///   - bytes: The array in PostgreSQL's binary format.
    ///   - type: The array's type.
    /// - Returns: The elements.
    /// - Throws: ``PostgresDecodingError`` when the type or the bytes do not fit, or an element is NULL.
    public static func decodeArray(_ bytes: RawSpan, type: PostgresType) throws(PostgresDecodingError) -> [Self] {
        var reader = try ArrayFormat.Reader(bytes, type: type)
        var elements: [Self] = []
        elements.reserveCapacity(reader.count)
        for _ in 0..<reader.count {
            if let range = try reader.next(in: bytes) {
                elements.append(try Self.decode(bytes.extracting(range), type: reader.elementType))
            } else {
                elements.append(try Self.decodeNull())
            }
        }
        return elements
    }

    /// Reads an array of such elements and NULLs.
    ///
    /// - Parameters:
    ///   - bytes: The array in PostgreSQL's binary format.
    ///   - type: The array's type.
    /// - Returns: The elements, nil for NULL.
    /// - Throws: ``PostgresDecodingError`` when the type or the bytes do not fit.
    public static func decodeOptionalArray(
        _ bytes: RawSpan,
        type: PostgresType
    ) throws(PostgresDecodingError) -> [Self?] {
        var reader = try ArrayFormat.Reader(bytes, type: type)
        var elements: [Self?] = []
        elements.reserveCapacity(reader.count)
        for _ in 0..<reader.count {
            if let range = try reader.next(in: bytes) {
                elements.append(try Self.decode(bytes.extracting(range), type: reader.elementType))
            } else {
                elements.append(nil)
            }
        }
        return elements
    }
}
