/// Which queues are armed, as far as this process knows, so that it is told when a job is put into them.
///
/// A pure value: it knows no clock and does no I/O.
struct ArmedQueues: Sendable {
    /// What to do for somebody who waits.
    enum Step: Sendable, Hashable {
        /// Arm the queues, then look: what was enqueued before nobody tells of.
        case arm
        /// Wait until told, but for no longer than this: then look again at what was under way while the queues were armed,
        /// whose statements had not seen it.
        case settle(Duration)
        /// Wait until told.
        case wait
    }

    /// How long an enqueue that has passed an arm by may still be under way.
    static let settling = Duration.milliseconds(50)

    private var armedAt: [String: ContinuousClock.Instant] = [:]
    private var told: [String: Int] = [:]
    private(set) var resets = 0
    private(set) var nudges = 0

    /// What to do for somebody who waits.
    ///
    /// - Parameters:
    ///   - queues: The queues.
    ///   - now: The present.
    /// - Returns: The step.
    func step(for queues: [String], at now: ContinuousClock.Instant) -> Step {
        var last: ContinuousClock.Instant?
        for queue in queues {
            guard let armed = armedAt[queue] else { return .arm }
            last = max(last ?? armed, armed)
        }
        guard let last, last + Self.settling > now else { return .wait }
        return .settle(now.duration(to: last + Self.settling))
    }

    /// How often there was a sign for any of the queues; by it one is noticed that comes between two steps.
    ///
    /// - Parameter queues: The queues.
    /// - Returns: A number that only grows.
    func signs(of queues: [String]) -> Int {
        queues.reduce(resets + nudges) { $0 + count(of: $1) }
    }

    /// How often it was told of a queue.
    ///
    /// - Parameter queue: The queue, or what else is said on the channel.
    /// - Returns: A number that only grows.
    func count(of queue: String) -> Int { told[queue] ?? 0 }

    /// Notes a sign for every queue that takes no arm off.
    mutating func nudge() { nudges += 1 }

    /// Notes that the queues are armed; not those that others have disarmed meanwhile.
    ///
    /// - Parameters:
    ///   - queues: The queues.
    ///   - signs: What ``signs(of:)`` was before.
    ///   - now: The present.
    mutating func arm(_ queues: [String], signs: Int, at now: ContinuousClock.Instant) {
        guard self.signs(of: queues) == signs else { return }
        for queue in queues where armedAt[queue] == nil { armedAt[queue] = now }
    }

    /// Notes that somebody has enqueued and taken the arm off.
    ///
    /// - Parameter queue: The queue.
    mutating func tell(_ queue: String) {
        armedAt[queue] = nil
        told[queue, default: 0] += 1
    }

    /// Forgets everything: something may have been missed.
    mutating func reset() {
        armedAt = [:]
        resets += 1
    }
}
