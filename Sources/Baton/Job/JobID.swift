#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

/// A job's identity: a UUIDv7, so that ids sort by the time they were made.
///
/// It is made by the client before the job is stored, so an enqueue that is sent again after an unknown outcome never
/// makes a second job.
public struct JobID: Hashable, Sendable {
    /// The id as a UUID.
    public var uuid: UUID

    /// Wraps a UUID.
    ///
    /// - Parameter uuid: The UUID; of any version.
    public init(_ uuid: UUID) {
        self.uuid = uuid
    }

    /// Makes a UUIDv7 (RFC 9562, section 5.7).
    ///
    /// Time and randomness come from outside, so that a simulation can repeat itself. Ids of one millisecond sort by the
    /// low 12 bits of `random.0`, then by the low 62 bits of `random.1`.
    ///
    /// - Parameters:
    ///   - millisecondsSince1970: The time, in milliseconds since 1970; its low 48 bits are used.
    ///   - random: Random bits; the low 12 of the first and the low 62 of the second are used.
    public init(uuidv7 millisecondsSince1970: UInt64, random: (UInt64, UInt64)) {
        let high = millisecondsSince1970 << 16 | 0x7000 | random.0 & 0x0FFF
        let low = 0x8000_0000_0000_0000 | random.1 & 0x3FFF_FFFF_FFFF_FFFF
        func byte(_ word: UInt64, _ index: UInt64) -> UInt8 { UInt8(truncatingIfNeeded: word >> (56 - 8 * index)) }
        self.uuid = UUID(
            uuid: (
                byte(high, 0), byte(high, 1), byte(high, 2), byte(high, 3),
                byte(high, 4), byte(high, 5), byte(high, 6), byte(high, 7),
                byte(low, 0), byte(low, 1), byte(low, 2), byte(low, 3),
                byte(low, 4), byte(low, 5), byte(low, 6), byte(low, 7)
            )
        )
    }
}

extension JobID: Codable {
    /// Reads an id from a string.
    ///
    /// - Parameter decoder: Where to read from.
    /// - Throws: `DecodingError` when the string is no UUID.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let id = JobID(text) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "“\(text)” is no job id.")
        }
        self = id
    }

    /// Writes the id as a string in lower case.
    ///
    /// - Parameter encoder: Where to write to.
    /// - Throws: What the encoder throws.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
