/// A statement's parameters, already in the form in which they travel.
///
/// All of them share one buffer, also the elements of arrays.
public struct PostgresParameters: Sendable {
    /// Where a parameter lies in the buffer.
    struct Slot {
        var offset: Int
        // nil for NULL.
        var length: Int?
    }

    private(set) var buffer = PostgresWriteBuffer()
    private(set) var slots: [Slot] = []
    private(set) var types: [UInt32] = []

    /// The number of parameters.
    public var count: Int { self.slots.count }

    /// Starts with no parameters.
    public init() {}

    /// Makes parameters from values, such as the values of a row to be copied.
    ///
    /// - Parameter values: The values, in order.
    public init<each Value: PostgresEncodable>(_ values: repeat each Value) {
        repeat self.append(each values)
    }

    /// Appends a parameter.
    ///
    /// - Parameter value: The value; its place gives it its number, from `$1` on.
    public mutating func append<Value: PostgresEncodable>(_ value: Value) {
        self.types.append(Value.postgresType.rawValue)
        let offset = self.buffer.bytes.count
        if value.isPostgresNull {
            self.slots.append(Slot(offset: offset, length: nil))
        } else {
            value.encode(into: &self.buffer)
            self.slots.append(Slot(offset: offset, length: self.buffer.bytes.count - offset))
        }
    }
}
