import DequeModule

/// What one publisher session has taken on and what of it is settled: the source of its watermark.
///
/// A number is pending from before the insert is sent until its confirm or a certain rollback (PROTOCOL move 1). A pure
/// value: no clock, no I/O.
struct PublishLedger: Sendable {
    /// The session.
    let session: PublisherSession
    /// Numbers whose statement's outcome stays unknown; they are pending for ever, and the session is to be replaced.
    private(set) var abandoned = 0

    /// The lowest number that is not settled.
    private var base: Int64 = 1
    /// Whether each number from `base` on is settled; the first never is.
    private var settled = Deque<Bool>()
    private var unsettledCount = 0

    /// Creates the ledger of a new session.
    ///
    /// - Parameter session: The session.
    init(session: PublisherSession) {
        self.session = session
    }

    /// Takes numbers on.
    ///
    /// Must happen before the statement that stores them is sent.
    ///
    /// - Parameter count: How many.
    /// - Returns: The marks.
    mutating func reserve(_ count: Int) -> PublishMarkRange {
        let first = base + Int64(settled.count)
        settled.append(contentsOf: repeatElement(false, count: count))
        unsettledCount += count
        return PublishMarkRange(session: session, sequences: first..<(first + Int64(count)))
    }

    /// Settles a number: confirmed, or certain never to be on a row.
    ///
    /// - Parameter sequence: The number; settling it twice changes nothing.
    mutating func settle(_ sequence: Int64) {
        let index = Int(sequence - base)
        guard settled.indices.contains(index), !settled[index] else { return }
        settled[index] = true
        unsettledCount -= 1
        while settled.first == true {
            settled.removeFirst()
            base += 1
        }
    }

    /// Gives numbers up whose rows may or may not exist, now or later.
    ///
    /// They are never settled: once the session is closed, the reconciler publishes whatever row bears them.
    ///
    /// - Parameter count: How many.
    mutating func abandon(_ count: Int) {
        abandoned += count
    }

    /// Whether nothing is open but what was abandoned.
    var isSettled: Bool {
        unsettledCount == abandoned
    }

    /// How far the session is confirmed, as it may be stored.
    ///
    /// - Parameter limit: How many pending numbers are listed; those beyond count as unconfirmed by lying above.
    /// - Returns: The watermark.
    func watermark(limit: Int) -> PublisherWatermark {
        var pending: [Int64] = []
        for (offset, isSettled) in settled.enumerated() where !isSettled {
            if pending.count == limit {
                return PublisherWatermark(session: session, confirmedBelow: base + Int64(offset), pending: pending)
            }
            pending.append(base + Int64(offset))
        }
        return PublisherWatermark(session: session, confirmedBelow: base + Int64(settled.count), pending: pending)
    }
}
