internal import Baton

/// Where claims without messages look for rows that somebody publishes, and when.
///
/// Such rows wait for their messages, and no index tells the waiting from the claimed: an insert would pay for it. They
/// are wanted only while the broker is down, or where a server serves without one. So the table is walked in the order of
/// ids, a stretch at a time: over and over while there is something to be found, and now and then otherwise.
///
/// A pure value: it knows no clock and does no I/O.
struct MarkedWalk: Sendable {
    /// What is looked for.
    struct Aim: Sendable, Hashable {
        var queues: [String]
        var names: [String]
    }

    /// How many rows are looked at together.
    static let stretch = 1_000
    /// How many stretches are looked at together.
    static let stretchesAtOnce = 10
    /// How long nothing is looked for once nothing was found.
    static let pause = Duration.seconds(1)
    /// How long it is put off while there are jobs that nobody publishes.
    static let patience = Duration.seconds(5)

    private var last: JobID?
    private var dueAt: ContinuousClock.Instant?

    /// Behind which id to look: before all of them where it is `nil`.
    var start: JobID? { last }

    /// Whether it is time to look.
    ///
    /// - Parameters:
    ///   - now: The present.
    ///   - keepsWaiting: Whether jobs are claimed already, which the look would hold up.
    /// - Returns: Whether it is.
    func isDue(at now: ContinuousClock.Instant, keepsWaiting: Bool) -> Bool {
        guard let dueAt else { return true }
        return (keepsWaiting ? dueAt + Self.patience : dueAt) <= now
    }

    /// Notes what a look found.
    ///
    /// - Parameters:
    ///   - claimed: How many rows were claimed.
    ///   - limit: How many were wanted.
    ///   - rows: How many rows the stretch had.
    ///   - end: The last of them.
    mutating func looked(claimed: Int, of limit: Int, rows: Int, end: JobID?) {
        // The stretch may hold more than was wanted.
        guard claimed < limit else { return }
        last = rows < Self.stretch ? nil : end
    }

    /// Notes that looking ends for now.
    ///
    /// - Parameters:
    ///   - claimed: How many rows were claimed in all.
    ///   - now: The present.
    mutating func rest(claimed: Int, at now: ContinuousClock.Instant) {
        dueAt = claimed > 0 ? nil : now + Self.pause
    }
}
