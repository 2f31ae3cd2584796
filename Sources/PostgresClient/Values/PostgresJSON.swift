/// A JSON document as text, sent as `jsonb` and read from `jsonb` and `json`.
public struct PostgresJSON: Hashable, Sendable {
    /// The document.
    ///
    /// What comes from `jsonb` is the server's rendering, not the text that was stored.
    public var text: String

    /// Wraps a JSON document; the server checks it.
    ///
    /// - Parameter text: The document.
    public init(_ text: String) {
        self.text = text
    }
}

extension PostgresJSON: PostgresArrayElement {
    // jsonb's binary format is its text behind this number.
    private static let version: UInt8 = 1

    /// `jsonb`.
    public static var postgresType: PostgresType { .jsonb }
    /// `jsonb[]`.
    public static var postgresArrayType: PostgresType { .jsonbArray }

    /// Writes the document in UTF-8.
    ///
    /// - Parameter buffer: Where to append it.
    public func encode(into buffer: inout PostgresWriteBuffer) {
        buffer.append(Self.version)
        buffer.append(contentsOf: self.text.utf8)
    }

    /// Reads a `jsonb` or a `json`.
    ///
    /// - Parameters:
    ///   - bytes: The value.
    ///   - type: Its type.
    /// - Returns: The document.
    /// - Throws: ``PostgresDecodingError`` when the type or the bytes do not fit.
    public static func decode(_ bytes: RawSpan, type: PostgresType) throws(PostgresDecodingError) -> PostgresJSON {
        switch type {
        case .json:
            return PostgresJSON(try String(postgresUTF8: bytes))
        case .jsonb:
            guard bytes.byteCount >= 1, bytes.integer(as: UInt8.self) == Self.version else {
                throw PostgresDecodingError("unknown version of jsonb's binary format")
            }
            return PostgresJSON(try String(postgresUTF8: bytes.extracting(droppingFirst: 1)))
        default:
            throw .wrongType(type, expected: .jsonb, .json)
        }
    }
}
