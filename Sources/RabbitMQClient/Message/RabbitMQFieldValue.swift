/// A value of a message header or of a declaration's argument.
///
/// The cases are the field types that RabbitMQ knows.
public enum RabbitMQFieldValue: Hashable, Sendable {
    /// A truth value.
    case bool(Bool)
    /// A signed 8-bit integer.
    case int8(Int8)
    /// An unsigned 8-bit integer.
    case uint8(UInt8)
    /// A signed 16-bit integer.
    case int16(Int16)
    /// An unsigned 16-bit integer.
    case uint16(UInt16)
    /// A signed 32-bit integer.
    case int32(Int32)
    /// An unsigned 32-bit integer.
    case uint32(UInt32)
    /// A signed 64-bit integer.
    case int64(Int64)
    /// A 32-bit floating-point number.
    case float(Float)
    /// A 64-bit floating-point number.
    case double(Double)
    /// A decimal number: the value divided by ten to the power of the scale.
    case decimal(scale: UInt8, value: UInt32)
    /// Text.
    case string(String)
    /// Bytes, or what claims to be text but is not UTF-8.
    case bytes([UInt8])
    /// Seconds since 1970.
    case timestamp(UInt64)
    /// A list.
    case array([RabbitMQFieldValue])
    /// Values by name.
    case table([String: RabbitMQFieldValue])
    /// No value.
    case void
    /// A received value that lies deeper than ``maximumDepth``, or is of a type this client does not know.
    case unreadable

    /// How many arrays and tables deep a value may lie.
    public static let maximumDepth = 32

    /// The value as an integer, whatever type of integer it came as.
    public var integer: Int64? {
        switch self {
        case .int8(let value): Int64(value)
        case .uint8(let value): Int64(value)
        case .int16(let value): Int64(value)
        case .uint16(let value): Int64(value)
        case .int32(let value): Int64(value)
        case .uint32(let value): Int64(value)
        case .int64(let value): value
        default: nil
        }
    }

    /// The value as text, whether it came as text or as bytes.
    public var string: String? {
        switch self {
        case .string(let value): value
        case .bytes(let value): String(validating: value, as: UTF8.self)
        default: nil
        }
    }
}

extension RabbitMQFieldValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByFloatLiteral
{
    /// Makes a text.
    ///
    /// - Parameter value: The text.
    public init(stringLiteral value: String) {
        self = .string(value)
    }

    /// Makes a 64-bit integer.
    ///
    /// - Parameter value: The integer.
    public init(integerLiteral value: Int64) {
        self = .int64(value)
    }

    /// Makes a truth value.
    ///
    /// - Parameter value: The truth value.
    public init(booleanLiteral value: Bool) {
        self = .bool(value)
    }

    /// Makes a 64-bit floating-point number.
    ///
    /// - Parameter value: The number.
    public init(floatLiteral value: Double) {
        self = .double(value)
    }
}
