#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A job's place in an index: by a value, then by id.
struct Ordered<Value: Comparable & Sendable>: Comparable, Sendable {
    let value: Value
    let id: JobID

    static func < (left: Self, right: Self) -> Bool {
        left.value == right.value ? left.id.uuid.words < right.id.uuid.words : left.value < right.value
    }
}

extension UUID {
    /// The bytes as two numbers, whose order is that of the bytes.
    var words: (UInt64, UInt64) {
        withUnsafeBytes(of: uuid) { bytes in
            (
                UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)),
                UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
            )
        }
    }
}
