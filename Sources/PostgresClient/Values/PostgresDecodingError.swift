/// Why a value could not be read as the type that was asked for.
public struct PostgresDecodingError: Error, Hashable {
    /// The reason, in words.
    public let message: String

    /// Makes an error.
    ///
    /// - Parameter message: The reason, in words.
    public init(_ message: String) {
        self.message = message
    }

    static func wrongType(_ type: PostgresType, expected: PostgresType...) -> PostgresDecodingError {
        let expectations = expected.map(\.description).joined(separator: " or ")
        return PostgresDecodingError("expected \(expectations), found \(type)")
    }

    static func wrongLength(_ length: Int, of type: PostgresType) -> PostgresDecodingError {
        PostgresDecodingError("\(length) bytes are no \(type)")
    }
}

extension PostgresDecodingError: CustomStringConvertible {
    /// The reason, in words.
    public var description: String { self.message }
}
