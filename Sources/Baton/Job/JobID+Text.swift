#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The usual text form of a UUID (RFC 9562, section 4): five groups of hexadecimal digits.
///
/// By hand, because every message carries it: Foundation goes through `sscanf` and `snprintf`, which took as long as all
/// else that is done with a message.
extension JobID: LosslessStringConvertible {
    /// The length of an id as text, in bytes.
    package static let length = 36

    /// Reads an id.
    ///
    /// - Parameter description: A UUID in the usual text form, in lower or upper case.
    public init?(_ description: String) {
        var text = description
        guard let id = text.withUTF8({ JobID(utf8: $0) }) else { return nil }
        self = id
    }

    /// Reads an id from the bytes of its text.
    ///
    /// - Parameter text: A UUID in the usual text form, in lower or upper case, and nothing else.
    package init?(utf8 text: UnsafeBufferPointer<UInt8>) {
        guard text.count == Self.length else { return nil }
        var bytes: uuid_t = (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
        let isValid = withUnsafeMutableBytes(of: &bytes) { bytes in
            var position = 0
            for index in bytes.indices {
                if Self.isHyphen(position) {
                    guard text[position] == UInt8(ascii: "-") else { return false }
                    position += 1
                }
                guard let high = Self.value(text[position]), let low = Self.value(text[position + 1]) else {
                    return false
                }
                bytes[index] = high << 4 | low
                position += 2
            }
            return true
        }
        guard isValid else { return nil }
        self.init(UUID(uuid: bytes))
    }

    /// The id in lower case, as PostgreSQL writes it.
    public var description: String {
        String(unsafeUninitializedCapacity: Self.length) { text in
            write(to: text)
            return Self.length
        }
    }

    /// Writes the id in lower case.
    ///
    /// - Parameter text: Room for ``length`` bytes.
    package func write(to text: UnsafeMutableBufferPointer<UInt8>) {
        withUnsafeBytes(of: uuid.uuid) { bytes in
            var position = 0
            for byte in bytes {
                if Self.isHyphen(position) {
                    text[position] = UInt8(ascii: "-")
                    position += 1
                }
                text[position] = Self.digit(byte >> 4)
                text[position + 1] = Self.digit(byte & 0xF)
                position += 2
            }
        }
    }

    private static func isHyphen(_ position: Int) -> Bool {
        position == 8 || position == 13 || position == 18 || position == 23
    }

    private static func value(_ digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
        default: nil
        }
    }

    private static func digit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
    }
}
