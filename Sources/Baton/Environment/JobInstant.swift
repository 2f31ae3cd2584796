/// A point on the clock of ``JobClock``, which never goes back and counts the time a machine sleeps.
public struct JobInstant: InstantProtocol, Sendable, Hashable {
    /// Time since an origin that is fixed while the process lives.
    public let offset: Duration

    /// Creates an instant.
    ///
    /// - Parameter offset: Time since the clock's origin.
    public init(offset: Duration) {
        self.offset = offset
    }

    /// Moves the instant.
    ///
    /// - Parameter duration: How far; negative goes back.
    /// - Returns: The moved instant.
    public func advanced(by duration: Duration) -> JobInstant {
        JobInstant(offset: offset + duration)
    }

    /// The time from this instant to another.
    ///
    /// - Parameter other: The other instant.
    /// - Returns: Positive when `other` is later.
    public func duration(to other: JobInstant) -> Duration {
        other.offset - offset
    }

    /// Orders instants by time.
    public static func < (left: JobInstant, right: JobInstant) -> Bool {
        left.offset < right.offset
    }
}
