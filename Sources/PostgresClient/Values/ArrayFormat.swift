/// PostgreSQL's binary format of arrays.
///
/// It holds the number of dimensions, a flag for NULLs, the element type, then each dimension's length and lower bound,
/// then the elements behind their lengths.
enum ArrayFormat {
    /// The length that stands for NULL.
    static let nullLength: Int32 = -1

    static func appendHeader(count: Int, hasNulls: Bool, type: PostgresType, to buffer: inout PostgresWriteBuffer) {
        buffer.append(Int32(count == 0 ? 0 : 1))
        buffer.append(Int32(hasNulls ? 1 : 0))
        buffer.append(type.rawValue)
        guard count > 0 else { return }
        buffer.append(Int32(clamping: count))
        buffer.append(Int32(1))
    }

    /// Finds the elements one after the other.
    struct Reader {
        let count: Int
        let elementType: PostgresType
        private var offset: Int

        init(_ bytes: RawSpan, type: PostgresType) throws(PostgresDecodingError) {
            if type.isKnownScalar { throw PostgresDecodingError("expected an array, found \(type)") }
            guard bytes.byteCount >= 12 else { throw .wrongLength(bytes.byteCount, of: type) }
            let dimensions = bytes.integer(as: Int32.self)
            self.elementType = PostgresType(rawValue: bytes.integer(at: 8, as: UInt32.self))
            switch dimensions {
            case 0:
                self.count = 0
                self.offset = 12
            case 1:
                guard bytes.byteCount >= 20 else { throw .wrongLength(bytes.byteCount, of: type) }
                let count = Int(bytes.integer(at: 12, as: Int32.self))
                // Every element takes four bytes at least: more cannot be there, whatever the header says.
                guard count >= 0, count <= (bytes.byteCount - 20) / 4 else {
                    throw .wrongLength(bytes.byteCount, of: type)
                }
                self.count = count
                self.offset = 20
            default:
                throw PostgresDecodingError("expected an array of one dimension, found \(dimensions)")
            }
        }

        /// Where the next element lies, or nil if it is NULL.
        mutating func next(in bytes: RawSpan) throws(PostgresDecodingError) -> Range<Int>? {
            guard self.offset + 4 <= bytes.byteCount else {
                throw PostgresDecodingError("the array ends in the middle")
            }
            let length = Int(bytes.integer(at: self.offset, as: Int32.self))
            self.offset += 4
            if length < 0 { return nil }
            guard length <= bytes.byteCount - self.offset else {
                throw PostgresDecodingError("the array ends in the middle")
            }
            defer { self.offset += length }
            return self.offset..<self.offset + length
        }
    }
}
