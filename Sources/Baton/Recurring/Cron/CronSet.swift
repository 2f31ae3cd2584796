/// A set of small numbers, as bits.
struct CronSet: Sendable, Hashable {
    /// Bit n is number n.
    private(set) var bits: UInt64

    /// Creates an empty set.
    init() {
        bits = 0
    }

    /// Creates a set of one number.
    ///
    /// - Parameter value: The number, 0 to 63.
    init(_ value: Int) {
        bits = 1 << UInt64(value)
    }

    /// Creates a set of consecutive numbers.
    ///
    /// - Parameter values: The numbers, within 0 to 62.
    init(_ values: ClosedRange<Int>) {
        bits = (1 << UInt64(values.upperBound + 1)) - (1 << UInt64(values.lowerBound))
    }

    /// Creates a set from bits.
    ///
    /// - Parameter bits: Bit n is number n.
    init(bits: UInt64) {
        self.bits = bits
    }

    /// Whether there is no number in it.
    var isEmpty: Bool {
        bits == 0
    }

    /// How many numbers there are.
    var count: Int {
        bits.nonzeroBitCount
    }

    /// The smallest number.
    var first: Int? {
        bits == 0 ? nil : bits.trailingZeroBitCount
    }

    /// The numbers, smallest first.
    var values: [Int] {
        (0..<64).filter(contains)
    }

    /// Whether a number is in it.
    ///
    /// - Parameter value: The number, 0 to 63.
    /// - Returns: Whether it is.
    func contains(_ value: Int) -> Bool {
        bits & (1 << UInt64(value)) != 0
    }

    /// The smallest number from a bound on.
    ///
    /// - Parameter bound: The bound, 0 or more.
    /// - Returns: The number, or `nil` when all are smaller.
    func first(from bound: Int) -> Int? {
        let rest = bound < 64 ? bits & (~0 << UInt64(bound)) : 0
        return rest == 0 ? nil : rest.trailingZeroBitCount
    }

    /// Adds a number.
    ///
    /// - Parameter value: The number, 0 to 63.
    mutating func insert(_ value: Int) {
        bits |= 1 << UInt64(value)
    }

    /// The numbers that are in both.
    ///
    /// - Parameter other: The other set.
    /// - Returns: What both have.
    func intersection(_ other: CronSet) -> CronSet {
        CronSet(bits: bits & other.bits)
    }
}
