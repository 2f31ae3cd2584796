#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The operating system's randomness.
///
/// None of it is kept for later: two copies of a process never draw the same.
public struct SystemRandomSource: RandomSource {
    /// As many bytes as `getentropy` gives at once.
    private static let partSize = 256

    /// Creates the source.
    public init() {}

    /// The next 64 random bits.
    ///
    /// - Returns: Bits that cannot be predicted.
    public func next() -> UInt64 {
        var generator = SystemRandomNumberGenerator()
        return generator.next()
    }

    /// The next random numbers: a system call for each would cost more than the rest of making an id.
    ///
    /// - Parameter count: How many.
    /// - Returns: Numbers that cannot be predicted.
    public func next(_ count: Int) -> [UInt64] {
        var numbers = [UInt64](repeating: 0, count: count)
        let isFilled = numbers.withUnsafeMutableBytes { bytes in
            stride(from: 0, to: bytes.count, by: Self.partSize).allSatisfy { start in
                let end = min(start + Self.partSize, bytes.count)
                let part = UnsafeMutableRawBufferPointer(rebasing: bytes[start..<end])
                return part.baseAddress.map { getentropy($0, part.count) == 0 } ?? false
            }
        }
        // A system without that call, or one that refuses it.
        return isFilled ? numbers : (0..<count).map { _ in next() }
    }
}
