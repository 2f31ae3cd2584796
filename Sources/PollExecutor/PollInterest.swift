/// What a registration waits for.
///
/// Hang-ups and errors are reported whatever the interest, even an empty one.
public struct PollInterest: OptionSet, Hashable, Sendable {
    /// The bits of the set.
    public let rawValue: UInt8

    /// The descriptor can be read without blocking.
    public static let read = PollInterest(rawValue: 1 << 0)
    /// The descriptor can be written without blocking.
    public static let write = PollInterest(rawValue: 1 << 1)

    /// Makes a set from its bits.
    ///
    /// - Parameter rawValue: The bits of the set.
    public init(rawValue: UInt8) {
        self.rawValue = rawValue
    }
}
