/// When the lease of this server is over, by its own count (PROTOCOL section 3, "PostgreSQL down").
///
/// Storage counts a lease from when it writes a renewal down. That was after the server sent it, so a count that begins
/// with the sending ends first, whatever the two clocks show. A renewal whose answer was lost may have been written down,
/// or not: it counts for nothing.
///
/// A pure value; it knows no clock and does no I/O.
struct LeaseCount: Sendable {
    private let lease: Duration
    private var epoch: ServerEpoch?
    private var sentAt = JobInstant(offset: .zero)

    /// Creates the count of a server without a lease.
    ///
    /// - Parameter lease: How long a lease is.
    init(lease: Duration) {
        self.lease = lease
    }

    /// Notes a renewal, or the registration, that was answered.
    ///
    /// - Parameters:
    ///   - epoch: The epoch whose lease it is.
    ///   - sentAt: When it was sent.
    mutating func renewed(_ epoch: ServerEpoch, sentAt: JobInstant) {
        // A late answer to an earlier one takes nothing away.
        guard epoch != self.epoch || self.sentAt < sentAt else { return }
        self.epoch = epoch
        self.sentAt = sentAt
    }

    /// When the present lease is over; `nil` before the first.
    var end: JobInstant? {
        epoch.map { _ in sentAt.advanced(by: lease) }
    }

    /// Whether a lease protects the runs of an epoch.
    ///
    /// - Parameters:
    ///   - owner: The epoch.
    ///   - now: The present, by a clock that counts the time for which the machine was suspended.
    /// - Returns: Whether it does.
    func protects(_ owner: ServerEpoch, at now: JobInstant) -> Bool {
        owner == epoch && end.map { now < $0 } ?? false
    }
}
