/// What a server does in rounds of probing, with the session under which it consumes the queue (PROTOCOL section 4, "lost").
///
/// A pure value: rounds as storage has them go in, and what is to be done next comes out. Whatever it says may be said again
/// until storage shows that it was done.
struct ProbeTable: Sendable {
    /// What is to be done.
    enum Step: Sendable, Hashable {
        /// Make a round trip on the queue's channels.
        case catchUp(ProbeID, queue: String)
        /// Note that the session counts what it gives back.
        case join(ProbeID, ConsumerSession, queue: String)
        /// Publish the probe.
        case publish(ProbeID, queue: String)
        /// Note that the session has taken up all that it had to.
        case pass(ProbeID, ConsumerSession, queue: String)
        /// End the round, which proves nothing; storage may have done so, and made it a loss.
        case void(ProbeID, queue: String, reason: String, isLoss: Bool)
    }

    private enum Stage {
        /// Deliveries are on their way out, and what leaves now may reach the broker after the round trip.
        case restless
        /// The round trip before joining is under way.
        case catchingUp
        /// It may join.
        case caughtUp
        case joined
        /// The round trip before passing is under way.
        case catchingUpToPass
        /// It passes once nothing is held that came at this number or before.
        case holding(upTo: Int)
        case passing
    }

    private struct Part {
        let probe: ProbeID
        let session: ConsumerSession
        /// How often the queue had been disturbed when it began to count; `nil` when it found no quiet moment for that.
        var disturbances: Int?
        var stage: Stage
        /// How often it has looked for a quiet moment.
        var looks = 1
        /// Whether it may be for this server to publish the probe: the answer that says so may have been lost.
        var mayOweProbe = false
    }

    /// How often a session looks for a quiet moment before it joins without one.
    static let maximumLooks = 8

    private var parts: [String: Part] = [:]
    private let defects: Set<PlantedDefect>

    /// Creates a table without rounds.
    ///
    /// - Parameter defects: What is done wrong on purpose.
    init(defects: Set<PlantedDefect> = []) {
        self.defects = defects
    }

    /// What must be taken up before a session passes: of each queue all that came at a number or before.
    var held: [String: Int] {
        parts.compactMapValues { if case .holding(let ordinal) = $0.stage { ordinal } else { nil } }
    }

    // MARK: Rounds

    /// Looks at the rounds that are open.
    ///
    /// - Parameters:
    ///   - rounds: Those of the server's queues, as storage has just had them.
    ///   - sessions: Under which it consumes them.
    ///   - table: What it holds, and what it has given back or sent on.
    /// - Returns: What is to be done, one step of a round at most.
    mutating func steps(
        _ rounds: [ProbeRound],
        sessions: [String: ConsumerSession],
        table: borrowing RunTable
    ) -> [Step] {
        let open = Set(rounds.map(\.id))
        parts = parts.filter { open.contains($0.value.probe) }
        var steps: [Step] = []
        for round in rounds {
            if let step = step(round, sessions[round.queue], table) { steps.append(step) }
        }
        return steps
    }

    private mutating func step(
        _ round: ProbeRound,
        _ session: ConsumerSession?,
        _ table: borrowing RunTable
    ) -> Step? {
        if round.isVoid { return void(round, "a consumer session of the round has ended") }
        guard let session else { return nil }
        if let part = parts[round.queue], part.probe == round.id, part.session != session {
            return void(round, "the server consumes under another session")
        }
        // Not registered yet, or ended with its epoch: then storage says of the round that it is void.
        guard let own = round.consumers.first(where: { $0.session == session }) else { return nil }
        return switch round.phase {
        case .joining: join(round, own, table)
        case .published, .returned: pass(round, own, table)
        }
    }

    private mutating func join(
        _ round: ProbeRound,
        _ own: ProbeRound.Consumer,
        _ table: borrowing RunTable
    ) -> Step? {
        if own.hasJoined {
            noteJoined(round)
            return nil
        }
        let count = table.disturbances.count(of: round.queue)
        var part = Part(probe: round.id, session: own.session, disturbances: nil, stage: .restless)
        if let known = parts[round.queue], known.probe == round.id {
            switch known.stage {
            case .catchingUp: return nil
            case .caughtUp where known.disturbances == count:
                return .join(round.id, own.session, queue: round.queue)
            default: part.looks = known.looks + 1
            }
        }
        defer { parts[round.queue] = part }
        if part.looks > Self.maximumLooks {
            // Where deliveries leave all the time, it is to be seen at least whether the probe comes back.
            part.stage = .caughtUp
            return .join(round.id, own.session, queue: round.queue)
        }
        // What it gives back while it catches up may reach the broker after that.
        guard !table.disturbances.isUnderWay(in: round.queue) else { return nil }
        part.disturbances = count
        part.stage = .catchingUp
        return .catchUp(round.id, queue: round.queue)
    }

    private mutating func pass(
        _ round: ProbeRound,
        _ own: ProbeRound.Consumer,
        _ table: borrowing RunTable
    ) -> Step? {
        guard !own.hasPassed else { return nil }
        if own.hasJoined {
            noteJoined(round)
        } else {
            noteLate(round, own)
        }
        guard let part = parts[round.queue], part.probe == round.id else {
            return void(round, "it is not known what the server has given back since it joined")
        }
        guard round.phase == .returned else {
            return part.mayOweProbe ? .publish(round.id, queue: round.queue) : nil
        }
        // No sooner: a round that is void counts for something only where its probe has come back.
        if part.disturbances != table.disturbances.count(of: round.queue), !isTrusting {
            return void(round, "deliveries were given back or sent on")
        }
        switch part.stage {
        case .catchingUpToPass: return nil
        case .holding(let ordinal):
            if table.isHeld(round.queue, upTo: ordinal), !defects.contains(.passesWhileHolding) { return nil }
            parts[round.queue]?.stage = .passing
            return .pass(round.id, own.session, queue: round.queue)
        case .passing:
            return .pass(round.id, own.session, queue: round.queue)
        case .restless, .catchingUp, .caughtUp, .joined:
            if defects.contains(.skipsCatchUp) { return .pass(round.id, own.session, queue: round.queue) }
            parts[round.queue]?.stage = .catchingUpToPass
            return .catchUp(round.id, queue: round.queue)
        }
    }

    /// Notes what storage says, in case the answer to joining was lost.
    private mutating func noteJoined(_ round: ProbeRound) {
        guard let part = parts[round.queue], part.probe == round.id else { return }
        switch part.stage {
        case .restless, .catchingUp, .caughtUp:
            parts[round.queue]?.stage = .joined
            parts[round.queue]?.mayOweProbe = true
        case .joined, .catchingUpToPass, .holding, .passing: break
        }
    }

    /// A session that came after the others had joined counts whatever the server has ever given back: what another life of
    /// it gave back after the round began is not told from what came before.
    private mutating func noteLate(_ round: ProbeRound, _ own: ProbeRound.Consumer) {
        let part = parts[round.queue].flatMap { $0.probe == round.id ? $0 : nil }
        switch part?.stage {
        case nil, .restless, .catchingUp, .caughtUp:
            parts[round.queue] = Part(probe: round.id, session: own.session, disturbances: 0, stage: .joined)
        case .joined, .catchingUpToPass, .holding, .passing: break
        }
    }

    private var isTrusting: Bool { defects.contains(.trustsProbeAcrossReconnect) }

    private func void(_ round: ProbeRound, _ reason: String) -> Step {
        .void(round.id, queue: round.queue, reason: reason, isLoss: round.isLoss)
    }

    // MARK: What came of it

    /// Everything that the broker had sent when a round trip was begun is here.
    ///
    /// - Parameters:
    ///   - probe: The round it was made for.
    ///   - queue: The queue.
    ///   - ordinal: The number of the last delivery that is here.
    mutating func caughtUp(_ probe: ProbeID, queue: String, ordinal: Int) {
        guard let part = parts[queue], part.probe == probe else { return }
        switch part.stage {
        case .catchingUp: parts[queue]?.stage = .caughtUp
        case .catchingUpToPass: parts[queue]?.stage = .holding(upTo: ordinal)
        case .restless, .caughtUp, .joined, .holding, .passing: break
        }
    }

    /// A round trip could not be made; it is made again at the next look.
    ///
    /// - Parameters:
    ///   - probe: The round it was to be made for.
    ///   - queue: The queue.
    mutating func failedToCatchUp(_ probe: ProbeID, queue: String) {
        guard let part = parts[queue], part.probe == probe else { return }
        switch part.stage {
        case .catchingUp: parts[queue] = nil
        case .catchingUpToPass: parts[queue]?.stage = .joined
        case .restless, .caughtUp, .joined, .holding, .passing: break
        }
    }

    /// The session has joined.
    ///
    /// - Parameters:
    ///   - probe: The round.
    ///   - queue: The queue.
    ///   - owesProbe: Whether it is for this server to publish the probe.
    mutating func joined(_ probe: ProbeID, queue: String, owesProbe: Bool) {
        guard let part = parts[queue], part.probe == probe else { return }
        parts[queue]?.stage = .joined
        parts[queue]?.mayOweProbe = owesProbe
    }

    /// The probe is published.
    ///
    /// - Parameters:
    ///   - probe: The round.
    ///   - queue: The queue.
    mutating func published(_ probe: ProbeID, queue: String) {
        guard let part = parts[queue], part.probe == probe else { return }
        parts[queue]?.mayOweProbe = false
    }
}
