/// Decides which servers pass for dead before their lease is over (PROTOCOL section 3, early certificate).
///
/// A suspicion, such as a redelivered message or a late heartbeat, is only the reason to look. A server passes for dead
/// when two looks, ``interval`` apart, find neither its lock nor its queue while my own connections are unbroken since
/// the renewal that its offer rests on, and its last renewal is the same both times. Whatever else a look finds ends the
/// count.
///
/// Why no outage kills anybody: let r be its last renewal and p the one before, on which the offer in r rests. The broker
/// showed the server's queue to a question asked after p was answered (``TakeoverOffer``), and the session that made r
/// held the lock (storage compares both). My session and my connection are older than p, and answer.
///
/// - The broker was not restarted since p, or my connection would be younger. A restart before p does not matter: the
///   queue that was seen came after it. So if the queue is gone, the server has lost it by itself, after p.
/// - Nor was the database, which the certificate asks once more. So if the lock is free, the server has lost its session
///   by itself, after r.
/// - How long r and its answer are under way, and whether the server has noticed by then what it has lost, does not
///   matter: the offer in r says nothing of the time of r, only that the queue was seen after p. And r offers only if p
///   was the last renewal until then: one that comes late, after another, offers nothing.
///
/// What remains is a server that lives and has lost both of its connections by itself, the queue after p and the session
/// after r, neither of which came back for a second, and has not told of it. It learns of the certificate at its next
/// heartbeat. In a cluster of brokers that has fallen apart, a queue on the other side counts as lost.
///
/// A pure value; it knows no clock and does no I/O.
struct TakeoverWatch: Sendable {
    /// What a look came to.
    enum Look: Sendable, Hashable {
        /// The server is not there to be certified: it is dead, has left, or leaves no more than its lease.
        case moot
        /// Something could not be asked.
        case failed
        /// Both witnesses were asked for.
        case seen(Sighting)
    }

    /// What to do after a look.
    enum Verdict: Sendable, Hashable {
        /// Nothing.
        case none
        /// Write the certificate, if this is still its last renewal.
        case dead(renewal: Int64)
    }

    private struct Suspect {
        /// When to look; `nil` while somebody does.
        var lookAt: JobInstant?
        /// How often something was still there, or could not be asked.
        var failures = 0
        /// The first look that found nothing: which renewal, and when it was over.
        var gone: (renewal: Int64, since: JobInstant)?
    }

    /// The time from the end of the first look that counts to the beginning of the second.
    static let interval = Duration.seconds(1)
    /// How long to wait after each look that settled nothing, before the suspicion is dropped.
    ///
    /// The servers take a moment to notice that a process is gone.
    static let patience: [Duration] = [100, 200, 400, 800].map { .milliseconds($0) }

    private var suspects: [ServerEpoch: Suspect] = [:]

    /// Notes a reason to look at a server, at once.
    ///
    /// - Parameters:
    ///   - epoch: The server.
    ///   - now: The present.
    mutating func suspect(_ epoch: ServerEpoch, at now: JobInstant) {
        if suspects[epoch] == nil {
            suspects[epoch] = Suspect(lookAt: now)
        } else {
            suspects[epoch]?.failures = 0
        }
    }

    /// When to look next.
    var nextLook: JobInstant? {
        suspects.values.lazy.compactMap(\.lookAt).min()
    }

    /// Takes those that are to be looked at now; each look is to be answered by ``looked(at:_:from:to:)``.
    ///
    /// - Parameter now: The present.
    /// - Returns: The servers.
    mutating func takeDue(at now: JobInstant) -> [ServerEpoch] {
        let due = suspects.filter { $0.value.lookAt.map { $0 <= now } ?? false }.map(\.key)
            .sorted { $0.description < $1.description }
        for epoch in due {
            suspects[epoch]?.lookAt = nil
        }
        return due
    }

    /// Takes in what a look came to.
    ///
    /// - Parameters:
    ///   - epoch: The server.
    ///   - look: What was seen.
    ///   - start: Before anything was asked.
    ///   - end: After everything was answered.
    /// - Returns: What to do.
    mutating func looked(
        at epoch: ServerEpoch,
        _ look: Look,
        from start: JobInstant,
        to end: JobInstant
    ) -> Verdict {
        guard var suspect = suspects.removeValue(forKey: epoch) else { return .none }
        guard case .seen(let sighting) = look, sighting.isGone else {
            if look != .moot, suspect.failures < Self.patience.count {
                suspect.lookAt = end.advanced(by: Self.patience[suspect.failures])
                suspect.failures += 1
                suspect.gone = nil
                suspects[epoch] = suspect
            }
            return .none
        }
        // Until it renews once more, nothing that I see can count; should it be dead, its lease tells.
        guard sighting.isUnbroken else { return .none }
        if let gone = suspect.gone, gone.renewal == sighting.renewal {
            if gone.since.duration(to: start) >= Self.interval { return .dead(renewal: sighting.renewal) }
            suspect.lookAt = gone.since.advanced(by: Self.interval)
        } else {
            suspect.gone = (sighting.renewal, end)
            suspect.lookAt = end.advanced(by: Self.interval)
        }
        suspects[epoch] = suspect
        return .none
    }
}
