/// Randomness as the domain sees it, so that a test or a simulation can seed it.
public protocol RandomSource: Sendable {
    /// The next 64 random bits.
    ///
    /// - Returns: Uniformly distributed bits.
    func next() -> UInt64

    /// The next numbers of 64 random bits.
    ///
    /// - Parameter count: How many.
    /// - Returns: Uniformly distributed bits, in the order in which ``next()`` would have given them.
    func next(_ count: Int) -> [UInt64]
}

extension RandomSource {
    /// The next numbers of 64 random bits, one after the other.
    ///
    /// - Parameter count: How many.
    /// - Returns: Uniformly distributed bits.
    public func next(_ count: Int) -> [UInt64] {
        (0..<count).map { _ in next() }
    }

    /// A uniformly distributed integer.
    ///
    /// - Parameter range: Where it lies; must not be empty.
    /// - Returns: The integer.
    func integer(in range: ClosedRange<Int>) -> Int {
        var generator = Generator(source: self)
        return Int.random(in: range, using: &generator)
    }

    /// A uniformly distributed fraction in 0..<1.
    ///
    /// - Returns: The fraction.
    public func fraction() -> Double {
        Double(next() >> 11) * 0x1p-53
    }
}

private struct Generator<Source: RandomSource>: RandomNumberGenerator {
    let source: Source

    mutating func next() -> UInt64 {
        source.next()
    }
}
