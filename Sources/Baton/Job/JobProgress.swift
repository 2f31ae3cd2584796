/// How far a run has come, as its job said last.
public struct JobProgress: Sendable, Hashable {
    /// How much is done, from 0 to 1.
    public let fraction: Double

    /// What is being done, for a person to read.
    public let message: String?

    /// The longest message kept, in bytes of UTF-8.
    public static let maximumMessageBytes = 500

    /// Creates progress; a fraction out of range is brought into it, and a message that is too long is cut.
    ///
    /// - Parameters:
    ///   - fraction: How much is done, from 0 to 1.
    ///   - message: What is being done.
    public init(_ fraction: Double, _ message: String? = nil) {
        self.fraction = fraction.isNaN ? 0 : min(max(fraction, 0), 1)
        self.message = message?.storable(bytes: Self.maximumMessageBytes)
    }
}
