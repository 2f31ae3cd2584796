/// What a descriptor is ready for.
public struct PollReadiness: OptionSet, Hashable, Sendable {
    /// The bits of the set.
    public let rawValue: UInt8

    /// The descriptor can be read without blocking.
    public static let read = PollReadiness(rawValue: 1 << 0)
    /// The descriptor can be written without blocking.
    public static let write = PollReadiness(rawValue: 1 << 1)
    /// The other side has closed; there may still be data to read.
    public static let hangUp = PollReadiness(rawValue: 1 << 2)
    /// The descriptor has failed or is not open.
    public static let error = PollReadiness(rawValue: 1 << 3)

    /// Makes a set from its bits.
    ///
    /// - Parameter rawValue: The bits of the set.
    public init(rawValue: UInt8) {
        self.rawValue = rawValue
    }
}
