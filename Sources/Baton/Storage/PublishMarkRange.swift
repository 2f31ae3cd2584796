/// Consecutive marks of one session, taken before the statement that stores them is sent.
public struct PublishMarkRange: Sendable, Hashable {
    /// The session that publishes.
    public let session: PublisherSession
    /// The numbers taken.
    public let sequences: Range<Int64>

    /// Creates a range of marks.
    ///
    /// - Parameters:
    ///   - session: The session that publishes.
    ///   - sequences: The numbers taken.
    public init(session: PublisherSession, sequences: Range<Int64>) {
        self.session = session
        self.sequences = sequences
    }

    /// How many marks there are.
    public var count: Int {
        sequences.count
    }

    /// The mark at a position.
    ///
    /// - Parameter position: From 0 up to ``count``.
    public subscript(position: Int) -> PublishMark {
        PublishMark(session: session, sequence: sequences.lowerBound + Int64(position))
    }

    /// The mark of one of the numbers.
    ///
    /// - Parameter sequence: The number.
    /// - Returns: The mark.
    public func mark(_ sequence: Int64) -> PublishMark {
        PublishMark(session: session, sequence: sequence)
    }
}
