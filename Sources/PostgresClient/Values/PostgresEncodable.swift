/// What can be a statement's parameter.
///
/// Parameters travel in PostgreSQL's binary format with their type declared, so that the server never guesses one.
public protocol PostgresEncodable: Sendable {
    /// The type that the parameter is declared with.
    static var postgresType: PostgresType { get }

    /// Whether the value stands for SQL's NULL; it is then not asked to encode itself.
    var isPostgresNull: Bool { get }

    /// Writes the value in the binary format of its type.
    ///
    /// - Parameter buffer: Where to append it.
    func encode(into buffer: inout PostgresWriteBuffer)
}

extension PostgresEncodable {
    /// False: only optionals stand for NULL.
    public var isPostgresNull: Bool { false }
}

extension Optional: PostgresEncodable where Wrapped: PostgresEncodable {
    /// The type of the wrapped value.
    public static var postgresType: PostgresType { Wrapped.postgresType }

    /// Whether there is no value.
    public var isPostgresNull: Bool {
        switch self {
        case .none: true
        case .some(let wrapped): wrapped.isPostgresNull
        }
    }

    /// Writes the value, if there is one.
    ///
    /// - Parameter buffer: Where to append it.
    public func encode(into buffer: inout PostgresWriteBuffer) {
        self?.encode(into: &buffer)
    }
}
