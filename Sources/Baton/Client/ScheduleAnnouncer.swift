import Locking

/// Decides which scheduled jobs other servers must hear of at once.
///
/// A server that wakes for an earlier job sees the next one then, and looks by itself every few seconds; so a burst of
/// scheduled jobs costs one word, not one each.
final class ScheduleAnnouncer: Sendable {
    /// What is due later than this every server finds by its own poll.
    private static let horizon = Duration.seconds(15)

    private let announced = Locked<JobInstant?>(nil)

    /// Whether a job that was just scheduled is worth a word.
    ///
    /// - Parameters:
    ///   - delay: When it becomes due, from now.
    ///   - now: The present.
    /// - Returns: Whether no earlier job was announced that is still to come.
    func mustAnnounce(dueIn delay: Duration, at now: JobInstant) -> Bool {
        guard delay <= Self.horizon else { return false }
        let due = now.advanced(by: delay)
        return announced.withLock { announced in
            if let announced, announced > now, announced <= due {
                return false
            }
            announced = due
            return true
        }
    }
}
