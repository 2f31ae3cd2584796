/// Reads the arguments of one stored call; for the code that `@Job` writes.
public struct JobArgumentReader {
    private let container: KeyedDecodingContainer<JobArgumentKey>

    /// Starts reading.
    ///
    /// - Parameter decoder: Where the stored call is read from.
    /// - Throws: `DecodingError` when it is no JSON object.
    public init(_ decoder: any Decoder) throws {
        self.container = try decoder.container(keyedBy: JobArgumentKey.self)
    }

    /// Reads an argument that must be there.
    ///
    /// - Parameters:
    ///   - type: The parameter's type.
    ///   - name: The parameter's name.
    ///   - formerNames: Names the parameter had before.
    /// - Returns: The argument.
    /// - Throws: `DecodingError` when it is missing or does not fit.
    public func decode<Value: Codable & Sendable>(
        _ type: Value.Type,
        _ name: String,
        formerly formerNames: [String] = []
    ) throws -> Value {
        try container.decode(type, forKey: key(name, formerNames) ?? JobArgumentKey(name))
    }

    /// Reads an optional argument; one that is missing is `nil`.
    ///
    /// - Parameters:
    ///   - type: The parameter's type.
    ///   - name: The parameter's name.
    ///   - formerNames: Names the parameter had before.
    /// - Returns: The argument.
    /// - Throws: `DecodingError` when it does not fit.
    public func decode<Value: Codable & Sendable>(
        _ type: Value?.Type,
        _ name: String,
        formerly formerNames: [String] = []
    ) throws -> Value? {
        try decode(type, name, formerly: formerNames, default: nil)
    }

    /// Reads an argument that has a default, which stands in for a missing one and for null.
    ///
    /// - Parameters:
    ///   - type: The parameter's type.
    ///   - name: The parameter's name.
    ///   - formerNames: Names the parameter had before.
    ///   - defaultValue: The parameter's default.
    /// - Returns: The argument or the default.
    /// - Throws: `DecodingError` when the argument does not fit.
    public func decode<Value: Codable & Sendable>(
        _ type: Value.Type,
        _ name: String,
        formerly formerNames: [String] = [],
        default defaultValue: @autoclosure () -> Value
    ) throws -> Value {
        guard let key = key(name, formerNames) else { return defaultValue() }
        return try container.decodeIfPresent(type, forKey: key) ?? defaultValue()
    }

    /// Reads an optional argument that has a default, which stands in for a missing one; null is `nil`.
    ///
    /// - Parameters:
    ///   - type: The parameter's type.
    ///   - name: The parameter's name.
    ///   - formerNames: Names the parameter had before.
    ///   - defaultValue: The parameter's default.
    /// - Returns: The argument or the default.
    /// - Throws: `DecodingError` when the argument does not fit.
    public func decode<Value: Codable & Sendable>(
        _ type: Value?.Type,
        _ name: String,
        formerly formerNames: [String] = [],
        default defaultValue: @autoclosure () -> Value?
    ) throws -> Value? {
        guard let key = key(name, formerNames) else { return defaultValue() }
        return try container.decode(type, forKey: key)
    }

    /// The name an argument is stored under; the present name wins over former ones.
    private func key(_ name: String, _ formerNames: [String]) -> JobArgumentKey? {
        ([name] + formerNames).map { JobArgumentKey($0) }.first(where: container.contains)
    }
}

// Chosen for types that cannot be stored, to say so in place of a missing conformance.
extension JobArgumentReader {
    /// Refuses a parameter whose type cannot be stored.
    ///
    /// - Parameters:
    ///   - type: The parameter's type.
    ///   - name: The parameter's name.
    ///   - formerNames: Names the parameter had before.
    /// - Returns: Nothing; it is never called.
    /// - Throws: Nothing; it is never called.
    @available(*, unavailable, message: "a parameter of a @Job function must be Codable and Sendable")
    public func decode<Value>(
        _ type: Value.Type,
        _ name: String,
        formerly formerNames: [String] = []
    ) throws -> Value {
        throw Unstorable()
    }

    /// Refuses a parameter whose type cannot be stored.
    ///
    /// - Parameters:
    ///   - type: The parameter's type.
    ///   - name: The parameter's name.
    ///   - formerNames: Names the parameter had before.
    ///   - defaultValue: The parameter's default.
    /// - Returns: Nothing; it is never called.
    /// - Throws: Nothing; it is never called.
    @available(*, unavailable, message: "a parameter of a @Job function must be Codable and Sendable")
    public func decode<Value>(
        _ type: Value.Type,
        _ name: String,
        formerly formerNames: [String] = [],
        default defaultValue: @autoclosure () -> Value
    ) throws -> Value {
        throw Unstorable()
    }

    private struct Unstorable: Error {}
}
