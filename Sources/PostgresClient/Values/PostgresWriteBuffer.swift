/// Where parameters write themselves in PostgreSQL's binary format.
public struct PostgresWriteBuffer: Sendable {
    var bytes: [UInt8] = []

    /// Appends an integer, most significant byte first.
    ///
    /// - Parameter integer: The integer.
    public mutating func append(_ integer: some FixedWidthInteger) {
        withUnsafeBytes(of: integer.bigEndian) { self.bytes.append(contentsOf: $0) }
    }

    /// Appends bytes as they are.
    ///
    /// - Parameter bytes: The bytes.
    public mutating func append(contentsOf bytes: some Sequence<UInt8>) {
        self.bytes.append(contentsOf: bytes)
    }

    /// Appends a value behind its length, as arrays hold their elements.
    mutating func appendWithLength(_ write: (inout PostgresWriteBuffer) -> Void) {
        let start = self.bytes.count
        self.append(Int32(0))
        write(&self)
        self.overwriteLength(at: start, with: Int32(clamping: self.bytes.count - start - 4))
    }

    private mutating func overwriteLength(at offset: Int, with length: Int32) {
        withUnsafeBytes(of: length.bigEndian) { source in
            self.bytes.withUnsafeMutableBytes { $0[offset..<offset + 4].copyBytes(from: source) }
        }
    }
}

extension UnsafeMutableRawBufferPointer.SubSequence {
    fileprivate func copyBytes(from source: UnsafeRawBufferPointer) {
        UnsafeMutableRawBufferPointer(rebasing: self).copyMemory(from: source)
    }
}
