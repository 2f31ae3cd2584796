/// Writes the arguments of one call down; for the code that `@Job` writes.
public struct JobArgumentWriter {
    private var container: KeyedEncodingContainer<JobArgumentKey>

    /// Starts writing.
    ///
    /// - Parameter encoder: Where the call is written to.
    public init(_ encoder: any Encoder) {
        self.container = encoder.container(keyedBy: JobArgumentKey.self)
    }

    /// Writes an argument; `nil` is written as null, to tell it from one that takes its default.
    ///
    /// - Parameters:
    ///   - value: The argument.
    ///   - name: The parameter's name.
    /// - Throws: `EncodingError` when the argument has no JSON form.
    public mutating func encode<Value: Codable & Sendable>(_ value: Value, _ name: String) throws {
        try container.encode(value, forKey: JobArgumentKey(name))
    }

    /// Stands in for a parameter whose type cannot be stored, so that the compiler says so once, at the reader.
    ///
    /// - Parameters:
    ///   - value: The argument.
    ///   - name: The parameter's name.
    /// - Throws: `EncodingError`, always.
    public mutating func encode<Value>(_ value: Value, _ name: String) throws {
        throw EncodingError.invalidValue(
            value,
            EncodingError.Context(codingPath: [JobArgumentKey(name)], debugDescription: "The type cannot be stored")
        )
    }
}
