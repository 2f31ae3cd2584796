internal import Baton
#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

extension Sequence {
    /// The elements in the order in which PostgreSQL sorts their ids.
    ///
    /// Statements look a row's values up by binary search among the ids, and take row locks in this order.
    ///
    /// - Parameter id: An element's id.
    /// - Returns: The elements, sorted.
    func inJobOrder(_ id: (Element) -> JobID) -> [Element] {
        map { (key: id($0).uuid.words, element: $0) }
            .sorted { $0.key < $1.key }
            .map(\.element)
    }
}

extension JobID {
    /// Whether PostgreSQL sorts it before another.
    ///
    /// - Parameter other: The other.
    /// - Returns: Whether it does.
    func precedes(_ other: JobID) -> Bool {
        uuid.words < other.uuid.words
    }
}

extension UUID {
    /// The bytes as two numbers, whose order is that of the bytes.
    fileprivate var words: (UInt64, UInt64) {
        withUnsafeBytes(of: uuid) { bytes in
            (
                UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)),
                UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
            )
        }
    }
}
