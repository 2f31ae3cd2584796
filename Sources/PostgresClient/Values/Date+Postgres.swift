#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

extension Date: PostgresArrayElement {
    // PostgreSQL counts microseconds from 2000, Foundation seconds from 2001.
    private static let secondsBetweenEpochs: Double = 366 * 86400

    /// `timestamp with time zone`.
    public static var postgresType: PostgresType { .timestamptz }
    /// `timestamp with time zone[]`.
    public static var postgresArrayType: PostgresType { .timestamptzArray }

    /// Writes the time to the nearest microsecond; infinite dates become PostgreSQL's `infinity`.
    ///
    /// - Parameter buffer: Where to append it.
    public func encode(into buffer: inout PostgresWriteBuffer) {
        let microseconds = ((self.timeIntervalSinceReferenceDate + Self.secondsBetweenEpochs) * 1_000_000).rounded()
        // What no Int64 holds is beyond what PostgreSQL holds as well.
        buffer.append(Int64(exactly: microseconds) ?? (microseconds > 0 ? Int64.max : Int64.min))
    }

    /// Reads a `timestamp with time zone`.
    ///
    /// - Parameters:
    ///   - bytes: The value.
    ///   - type: Its type.
    /// - Returns: The date, infinite for PostgreSQL's `infinity`.
    /// - Throws: ``PostgresDecodingError`` when the type or the bytes do not fit.
    public static func decode(_ bytes: RawSpan, type: PostgresType) throws(PostgresDecodingError) -> Date {
        guard type == .timestamptz else { throw .wrongType(type, expected: .timestamptz) }
        guard bytes.byteCount == 8 else { throw .wrongLength(bytes.byteCount, of: type) }
        switch bytes.integer(as: Int64.self) {
        case .max: return Date(timeIntervalSinceReferenceDate: .infinity)
        case .min: return Date(timeIntervalSinceReferenceDate: -.infinity)
        case let microseconds:
            return Date(timeIntervalSinceReferenceDate: Double(microseconds) / 1_000_000 - Self.secondsBetweenEpochs)
        }
    }
}
