/// Marks for rows that are about to be stored, taken before the statement that stores them is sent.
public struct PublishMarkRange: Sendable, Hashable {
    /// The session that publishes; `nil` when nobody is to, and the rows bear no mark.
    public let session: PublisherSession?
    /// The numbers taken; without a session only their count means anything.
    public let sequences: Range<Int64>

    /// Creates a range of consecutive marks of one session.
    ///
    /// - Parameters:
    ///   - session: The session that publishes.
    ///   - sequences: The numbers taken.
    public init(session: PublisherSession, sequences: Range<Int64>) {
        self.session = session
        self.sequences = sequences
    }

    /// Leaves rows without a mark: there is no transport, or whoever has one publishes them.
    ///
    /// - Parameter count: How many rows.
    public init(unmarked count: Int) {
        session = nil
        sequences = 0..<Int64(max(count, 0))
    }

    /// How many rows may be marked, or left without a mark.
    public var count: Int {
        sequences.count
    }

    /// The mark at a position.
    ///
    /// - Parameter position: From 0 up to ``count``.
    public subscript(position: Int) -> PublishMark? {
        mark(sequences.lowerBound + Int64(position))
    }

    /// The mark of one of the numbers.
    ///
    /// - Parameter sequence: The number.
    /// - Returns: The mark; `nil` without a session.
    public func mark(_ sequence: Int64) -> PublishMark? {
        session.map { PublishMark(session: $0, sequence: sequence) }
    }
}
