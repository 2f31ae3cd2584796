/// Decides which servers pass for dead before their lease is over (PROTOCOL section 3, early certificate).
///
/// A suspicion, such as a redelivered message or a late heartbeat, is only the reason to look. A server passes for dead
/// when two looks, ``interval`` apart, find neither its lock nor its queue while my own connections are unbroken since
/// its last renewal, and that renewal is the same both times. Whatever else a look finds ends the count.
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
