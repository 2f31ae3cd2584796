import Glibc

extension String: PostgresArrayElement {
    /// `text`.
    public static var postgresType: PostgresType { .text }
    /// `text[]`.
    public static var postgresArrayType: PostgresType { .textArray }

    /// Writes the text in UTF-8; the server refuses a NUL character in it.
    ///
    /// - Parameter buffer: Where to append it.
    public func encode(into buffer: inout PostgresWriteBuffer) {
        buffer.append(contentsOf: self.utf8)
    }

    /// Reads text, a name, or a value of an enumeration.
    ///
    /// - Parameters:
    ///   - bytes: The value.
    ///   - type: Its type.
    /// - Returns: The text.
    /// - Throws: ``PostgresDecodingError`` when the type or the bytes do not fit.
    public static func decode(_ bytes: RawSpan, type: PostgresType) throws(PostgresDecodingError) -> String {
        switch type {
        case .text, .varchar, .bpchar, .name, .char, .unknown: break
        // Enumerations have identifiers of their own, and their binary format is the label.
        case _ where type.isUserDefined: break
        default: throw .wrongType(type, expected: .text)
        }
        return try String(postgresUTF8: bytes)
    }

    init(postgresUTF8 bytes: RawSpan) throws(PostgresDecodingError) {
        guard let text = bytes.withUnsafeBytes({ String(validating: $0, as: UTF8.self) }) else {
            throw PostgresDecodingError("the text is not UTF-8")
        }
        self = text
    }
}

extension String {
    /// Whether it holds a NUL character, which ends text for libpq.
    var holdsNUL: Bool {
        // Asked for the SQL of every call, which is long.
        self.utf8.withContiguousStorageIfAvailable { bytes in
            bytes.baseAddress.map { memchr($0, 0, bytes.count) != nil } ?? false
        } ?? self.utf8.contains(0)
    }
}
