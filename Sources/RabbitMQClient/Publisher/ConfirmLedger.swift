import DequeModule

/// What is on the wire and not yet answered for: the confirms of one channel.
///
/// Messages are numbered from 1 in the order they are published, as the broker numbers them. Answers come in any order,
/// one at a time or for all up to a number.
struct ConfirmLedger<Ticket> {
    enum Verdict: Hashable {
        case confirmed
        /// Given back as unroutable; the confirm that follows only means that the broker is done with it.
        case returned(CloseReason)
        case nacked
    }

    private struct Entry {
        let ticket: Ticket
        let sentAt: ContinuousClock.Instant
        var returned: CloseReason?
        /// Whether nobody waits for the answer any more.
        var isGivenUp = false
    }

    /// How many messages may be unanswered at a time.
    let limit: Int
    /// How many are.
    private(set) var inFlight = 0
    /// The number of the first entry.
    private var base: UInt64 = 1
    // Nil once answered; the first entry never is.
    private var entries: Deque<Entry?> = []

    var hasRoom: Bool { self.inFlight < self.limit }

    /// When the oldest message was published whose answer somebody waits for.
    var oldest: ContinuousClock.Instant? {
        for case let entry? in self.entries where !entry.isGivenUp { return entry.sentAt }
        return nil
    }

    init(limit: Int) {
        self.limit = max(1, limit)
    }

    mutating func publish(_ ticket: Ticket, at now: ContinuousClock.Instant) {
        self.entries.append(Entry(ticket: ticket, sentAt: now))
        self.inFlight += 1
    }

    /// Notes that a message came back.
    ///
    /// Messages come back in the order they were published, so of several that match it is the first that has not come
    /// back yet.
    ///
    /// - Returns: Whether a message matched.
    mutating func markReturned(_ reason: CloseReason, where matches: (Ticket) -> Bool) -> Bool {
        let index = self.entries.firstIndex { entry in
            entry.map { $0.returned == nil && matches($0.ticket) } ?? false
        }
        guard let index else { return false }
        self.entries[index]?.returned = reason
        return true
    }

    /// Takes an answer, and gives what it answers for, oldest first.
    mutating func settle(_ confirm: ConfirmMethod) throws(RabbitMQError) -> [(ticket: Ticket, verdict: Verdict)] {
        let end = self.base + UInt64(self.entries.count)
        // Zero together with "multiple" stands for everything so far.
        let last = confirm.isMultiple && confirm.tag == 0 ? end - 1 : confirm.tag
        guard last < end, last > 0 else {
            throw .protocolViolation("The broker confirmed a message that was not published")
        }
        // What was answered before is passed over: brokers have confirmed twice.
        guard last >= self.base else { return [] }
        let lastIndex = Int(last - self.base)
        var settled: [(ticket: Ticket, verdict: Verdict)] = []
        for index in (confirm.isMultiple ? 0 : lastIndex)...lastIndex {
            guard let entry = self.entries[index] else { continue }
            let verdict: Verdict =
                if let reason = entry.returned { .returned(reason) } else if confirm.isPositive { .confirmed } else {
                    .nacked
                }
            self.entries[index] = nil
            self.inFlight -= 1
            if !entry.isGivenUp { settled.append((entry.ticket, verdict)) }
        }
        while let first = self.entries.first, first == nil {
            self.entries.removeFirst()
            self.base += 1
        }
        return settled
    }

    /// Stops waiting for the answers so far; they may still come.
    mutating func giveUp() -> [Ticket] {
        var tickets: [Ticket] = []
        for index in self.entries.indices where self.entries[index]?.isGivenUp == false {
            self.entries[index]?.isGivenUp = true
            if let ticket = self.entries[index]?.ticket { tickets.append(ticket) }
        }
        return tickets
    }

    /// Gives up everything unanswered, oldest first; the next message is number 1 of a new channel.
    mutating func abandon() -> [Ticket] {
        let tickets = self.giveUp()
        self = ConfirmLedger(limit: self.limit)
        return tickets
    }
}
