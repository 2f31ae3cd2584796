/// When to show a sign of life, and when to stop believing in the peer's.
///
/// The library's own heartbeats are off: it would send them blocking, and close the descriptor by itself.
struct HeartbeatMonitor {
    enum Action: Hashable {
        case none
        case send
        /// Nothing came for two intervals.
        case peerIsLost
    }

    /// Zero if the two sides agreed on no heartbeats.
    private let interval: Duration
    private var lastRead: ContinuousClock.Instant
    private var lastWrite: ContinuousClock.Instant

    init(interval: Duration, now: ContinuousClock.Instant) {
        self.interval = interval
        self.lastRead = now
        self.lastWrite = now
    }

    /// How often to ask.
    var period: Duration {
        self.interval == .zero ? .seconds(1) : min(.seconds(1), self.interval / 4)
    }

    mutating func didRead(at now: ContinuousClock.Instant) {
        self.lastRead = now
    }

    mutating func didWrite(at now: ContinuousClock.Instant) {
        self.lastWrite = now
    }

    func action(at now: ContinuousClock.Instant) -> Action {
        guard self.interval > .zero else { return .none }
        if self.lastRead.duration(to: now) >= self.interval * 2 { return .peerIsLost }
        // Half an interval, as the broker does: one that is late by a little more does no harm.
        return self.lastWrite.duration(to: now) >= self.interval / 2 ? .send : .none
    }
}
