/// One look at another server: what storage and the broker said, and whether that can count.
struct Sighting: Sendable, Hashable {
    /// Its last renewal.
    let renewal: Int64
    /// Whether neither witness stood: no lock, no queue.
    let isGone: Bool
    /// Whether both of my connections were unbroken since the renewal that its offer rests on.
    ///
    /// What a restart of either server, or a cut of my own, took away is missing for me as well as for others, and says
    /// nothing about anybody. ``TakeoverWatch`` has the whole argument.
    let isUnbroken: Bool

    init(renewal: Int64, isGone: Bool, isUnbroken: Bool) {
        self.renewal = renewal
        self.isGone = isGone
        self.isUnbroken = isUnbroken
    }

    /// Judges a look.
    ///
    /// - Parameters:
    ///   - peer: What storage said.
    ///   - queue: What the broker said; asked for after storage, and not at all when the lock was held.
    ///   - askedAt: Before storage was asked.
    ///   - storageAnsweredAt: After storage answered.
    ///   - brokerAnsweredAt: After the broker answered.
    init(
        _ peer: PeerSighting,
        queue: PresenceSighting?,
        askedAt: JobInstant,
        storageAnsweredAt: JobInstant,
        brokerAnsweredAt: JobInstant
    ) {
        renewal = peer.renewal
        isGone = !peer.isLocked && queue?.isThere == false
        // The earliest it can have been: storage read its clock after it was asked.
        let stoodAfter = askedAt.advanced(by: .zero - peer.stoodAge)
        let sessionSince = storageAnsweredAt.advanced(by: .zero - peer.sessionAge)
        let connectionSince = queue.map { brokerAnsweredAt.advanced(by: .zero - $0.connectionAge) }
        // A renewal from the future comes of a clock that was set back.
        isUnbroken =
            peer.stoodAge >= .zero && sessionSince <= stoodAfter && connectionSince.map { $0 <= stoodAfter } ?? false
    }
}
