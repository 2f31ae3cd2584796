/// A round of probing one queue as it stands: what has been stored of it, and by whom (PROTOCOL section 4, "lost").
public struct ProbeRound: Sendable, Hashable {
    /// How far a round has come.
    public enum Phase: Int, Sendable, Hashable {
        /// Watermarks and consumer sessions are stored; the sessions join. No message has been published.
        case joining = 0
        /// All sessions have joined, and one of their servers publishes the probe, or has.
        case published = 1
        /// The probe has come back from every lane; the sessions pass.
        case returned = 2
    }

    /// Who takes part.
    public struct Consumer: Sendable, Hashable {
        /// The consumer session.
        public var session: ConsumerSession
        /// Whether it has joined: since then it counts what it gives back.
        public var hasJoined: Bool
        /// Whether it has passed: it has taken up all that the broker had sent it when the probe was back, and has given
        /// nothing back since it joined.
        public var hasPassed: Bool

        /// Creates a consumer's standing.
        ///
        /// - Parameters:
        ///   - session: The consumer session.
        ///   - hasJoined: Whether it has joined.
        ///   - hasPassed: Whether it has passed.
        public init(session: ConsumerSession, hasJoined: Bool, hasPassed: Bool) {
            self.session = session
            self.hasJoined = hasJoined
            self.hasPassed = hasPassed
        }
    }

    /// How many rounds of a queue, one after another without one that was concluded, must have been void although their
    /// probes had come back, for the last of them to end as a loss.
    public static let voidLimit = 5

    /// The round.
    public var id: ProbeID
    /// The queue.
    public var queue: String
    /// How far it has come.
    public var phase: Phase
    /// Every consumer session of the queue that is open now, those that came after the round was opened included.
    public var consumers: [Consumer]
    /// Whether a session that was stored with the round has ended since, so that the round proves nothing.
    public var isVoid: Bool
    /// Whether it has ended with that as a loss, as the last of ``voidLimit`` rounds.
    public var isLoss: Bool

    /// Creates a round's standing.
    ///
    /// - Parameters:
    ///   - id: The round.
    ///   - queue: The queue.
    ///   - phase: How far it has come.
    ///   - consumers: Every consumer session of the queue that is open now.
    ///   - isVoid: Whether a session that was stored with the round has ended since.
    ///   - isLoss: Whether it has ended with that as a loss.
    public init(
        id: ProbeID,
        queue: String,
        phase: Phase,
        consumers: [Consumer],
        isVoid: Bool,
        isLoss: Bool = false
    ) {
        self.id = id
        self.queue = queue
        self.phase = phase
        self.consumers = consumers
        self.isVoid = isVoid
        self.isLoss = isLoss
    }
}
