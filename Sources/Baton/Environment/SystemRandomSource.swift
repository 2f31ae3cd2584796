/// The operating system's randomness.
public struct SystemRandomSource: RandomSource {
    /// Creates the source.
    public init() {}

    /// The next 64 random bits.
    ///
    /// - Returns: Bits that cannot be predicted.
    public func next() -> UInt64 {
        var generator = SystemRandomNumberGenerator()
        return generator.next()
    }
}
