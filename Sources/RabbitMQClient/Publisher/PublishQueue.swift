import DequeModule

/// Messages on their way: waiting for the wire, then on it until they are answered for.
///
/// Pure but for the time, which is passed in: events in, the tickets to send or to resolve out.
struct PublishQueue<Ticket> {
    enum Link: Hashable {
        case closed
        case open
        /// Connected, but the broker takes no messages for the time being.
        case blocked
    }

    typealias Resolution = (ticket: Ticket, outcome: RabbitMQPublishOutcome)

    private struct Waiting {
        let ticket: Ticket
        let until: ContinuousClock.Instant
    }

    /// How long a message waits for a link that is closed or blocked, unless it is said with it.
    private let patience: Duration
    private var waiting: Deque<Waiting> = []
    /// When the first of those that wait loses its patience, or earlier: it may have been sent.
    private var firstExpiry: ContinuousClock.Instant?
    private(set) var ledger: ConfirmLedger<Ticket>
    private(set) var link = Link.closed

    var isEmpty: Bool { self.waiting.isEmpty && self.ledger.inFlight == 0 }

    init(maximumInFlight: Int, patience: Duration) {
        self.ledger = ConfirmLedger(limit: maximumInFlight)
        self.patience = patience
    }

    mutating func add(
        _ tickets: some Sequence<Ticket>,
        patience: Duration? = nil,
        at now: ContinuousClock.Instant
    ) {
        let until = now + (patience ?? self.patience)
        for ticket in tickets { self.waiting.append(Waiting(ticket: ticket, until: until)) }
        self.firstExpiry = self.waiting.isEmpty ? nil : min(self.firstExpiry ?? until, until)
    }

    /// The next message to send, if one may be sent.
    ///
    /// It must be sent, or resolved.
    mutating func next() -> Ticket? {
        guard self.link == .open, self.ledger.hasRoom else { return nil }
        return self.waiting.popFirst()?.ticket
    }

    mutating func didSend(_ ticket: Ticket, at now: ContinuousClock.Instant) {
        self.ledger.publish(ticket, at: now)
    }

    /// Gives up on waiting messages whose patience is over; they were never sent.
    mutating func expire(at now: ContinuousClock.Instant, reason: RabbitMQError) -> [Resolution] {
        guard self.link != .open, let firstExpiry = self.firstExpiry, firstExpiry <= now else { return [] }
        let outcome = RabbitMQPublishOutcome(self.link == .blocked ? .blocked : .notConnected, reason)
        var expired: [Resolution] = []
        self.waiting.removeAll { waiting in
            guard waiting.until <= now else { return false }
            expired.append((waiting.ticket, outcome))
            return true
        }
        self.firstExpiry = self.waiting.lazy.map(\.until).min()
        return expired
    }

    /// When to look for waiting messages that lose their patience.
    var nextExpiry: ContinuousClock.Instant? {
        self.link == .open || self.waiting.isEmpty ? nil : self.firstExpiry
    }

    mutating func setLink(_ link: Link) {
        self.link = link
    }

    /// The channel is gone: what was on the wire stays unanswered.
    mutating func loseChannel(_ error: RabbitMQError) -> [Resolution] {
        self.link = .closed
        return self.ledger.abandon().map { ($0, RabbitMQPublishOutcome(.unanswered, error)) }
    }

    /// Stops waiting for answers that a blocked broker keeps back; on the same channel they may still come.
    mutating func giveUpAnswers(_ error: RabbitMQError) -> [Resolution] {
        self.ledger.giveUp().map { ($0, RabbitMQPublishOutcome(.unanswered, error)) }
    }

    /// Gives up everything that waits.
    mutating func abandonWaiting(_ error: RabbitMQError) -> [Resolution] {
        let waiting = self.waiting
        self.waiting = []
        return waiting.map { ($0.ticket, RabbitMQPublishOutcome(.notConnected, error)) }
    }

    mutating func settle(_ confirm: ConfirmMethod) throws(RabbitMQError) -> [Resolution] {
        try self.ledger.settle(confirm).map { settled in
            switch settled.verdict {
            case .confirmed: (settled.ticket, RabbitMQPublishOutcome(.confirmed))
            case .returned(let reason): (settled.ticket, .returned(reason))
            case .nacked: (settled.ticket, .nacked)
            }
        }
    }

    mutating func markReturned(_ reason: CloseReason, where matches: (Ticket) -> Bool) -> Bool {
        self.ledger.markReturned(reason, where: matches)
    }
}
