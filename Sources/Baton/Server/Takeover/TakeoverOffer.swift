/// On which renewal a server may rest the offer of an early certificate (PROTOCOL section 3).
///
/// Only on the last one that was answered, and only when its own queue has been seen at the broker since. A connection
/// that merely seems to stand proves nothing: the broker may have been restarted without this server's noticing.
///
/// A pure value; it knows no clock and does no I/O.
struct TakeoverOffer: Sendable {
    /// The last renewal; `nil` when it is not known which that is.
    private(set) var renewal: Int64?
    private var isSeen = false

    /// The renewal that the next heartbeat may rest its offer on.
    var stoodAfter: Int64? { isSeen ? renewal : nil }

    /// Notes what came of a heartbeat.
    ///
    /// - Parameter renewal: The renewal, or `nil` when there was none, or perhaps none.
    mutating func renewed(_ renewal: Int64?) {
        self.renewal = renewal
        isSeen = false
    }

    /// Notes that the broker has shown the server's own queue.
    ///
    /// - Parameter renewal: The renewal that had been answered before the broker was asked.
    mutating func stood(after renewal: Int64) {
        if renewal == self.renewal { isSeen = true }
    }
}
