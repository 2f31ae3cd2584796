import Locking

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The operating system's randomness.
///
/// It is fetched in parts: a system call for each number would cost more than the rest of making an id.
public struct SystemRandomSource: RandomSource {
    /// As many bytes as `getentropy` gives at once.
    private static let partSize = 256
    private static let rest = Locked<[UInt64]>([])

    /// Creates the source.
    public init() {}

    /// The next 64 random bits.
    ///
    /// - Returns: Bits that cannot be predicted.
    public func next() -> UInt64 {
        Self.rest.withLock { rest in
            if rest.isEmpty { rest = Self.fetch() }
            return rest.popLast() ?? SystemRandomNumberGenerator.number()
        }
    }

    /// Numbers that nobody was given before; none where the system has no such call.
    private static func fetch() -> [UInt64] {
        var numbers = [UInt64](repeating: 0, count: partSize / MemoryLayout<UInt64>.size)
        let isFilled = numbers.withUnsafeMutableBytes { bytes in
            bytes.baseAddress.map { getentropy($0, bytes.count) == 0 } ?? false
        }
        return isFilled ? numbers : []
    }
}

extension SystemRandomNumberGenerator {
    fileprivate static func number() -> UInt64 {
        var generator = SystemRandomNumberGenerator()
        return generator.next()
    }
}
