#if canImport(FoundationEssentials)
    package import FoundationEssentials
#else
    package import Foundation
#endif

extension InMemoryTables {
    /// After so many rounds in a row that came to nothing, the time that one may take grows no more.
    private static var maximumDoublings: Int { 6 }

    // MARK: Consumer sessions

    /// Lists a consumer session, and ends the one before it.
    ///
    /// A round that is open rests on the new one, too. Of an epoch that is not alive it lists none.
    mutating func openConsumer(
        _ session: ConsumerSession,
        of queue: String,
        owner: ServerEpoch,
        replacing replaced: ConsumerSession?,
        at now: Date
    ) -> Bool {
        guard isAlive(owner) else { return false }
        if let replaced { endConsumers(at: now) { session, _ in session == replaced } }
        guard consumers[session] == nil else { return true }
        consumers[session] = Consumer(queue: queue, owner: owner)
        probing[queue]?.round?.consumers.append(session)
        return true
    }

    /// Ends the consumer sessions of a server.
    ///
    /// - Parameters:
    ///   - owner: The server's epoch.
    ///   - now: The present date.
    package mutating func endConsumers(of owner: ServerEpoch, at now: Date) {
        endConsumers(at: now) { $1.owner == owner }
    }

    private mutating func endConsumers(at now: Date, where isMeant: (ConsumerSession, Consumer) -> Bool) {
        for (session, consumer) in consumers where consumer.endedAt == nil && isMeant(session, consumer) {
            consumers[session]?.endedAt = now
        }
    }

    private func isOpen(_ session: ConsumerSession) -> Bool {
        consumers[session].map { $0.endedAt == nil } ?? false
    }

    /// A queue's open consumer sessions, in the order of their ids.
    private func openConsumers(of queue: String) -> [ConsumerSession] {
        consumers.filter { $1.queue == queue && $1.endedAt == nil }.keys.sorted { $0.uuid.words < $1.uuid.words }
    }

    // MARK: Rounds

    /// Begins a round, unless something speaks against it.
    mutating func openProbe(
        _ probe: ProbeID,
        of queue: String,
        quiet: Duration,
        patience: Duration,
        at now: Date
    ) -> ProbeOpening {
        var isLoss = false
        if let round = probing[queue]?.round {
            guard round.givesUpAt <= now || isVoid(round) else { return ProbeOpening(isOpen: round.id == probe) }
            isLoss = endRound(of: queue, at: now)
        }
        var state = probing[queue] ?? Probing()
        let sessions = openConsumers(of: queue)
        let noisy = now.adding(.zero - quiet)
        let isQuiet = !consumers.values.contains { $0.queue == queue && $0.endedAt.map { $0 > noisy } ?? false }
        guard !sessions.isEmpty, isQuiet, state.notBefore.map({ $0 <= now }) ?? true else {
            return ProbeOpening(isOpen: false, isLoss: isLoss)
        }
        let patience = patience * (1 << min(state.failures, Self.maximumDoublings))
        state.round = Round(
            id: probe,
            patience: patience,
            givesUpAt: now.adding(patience),
            consumers: sessions,
            watermarks: currentWatermarks
        )
        probing[queue] = state
        return ProbeOpening(isOpen: true, isLoss: isLoss)
    }

    /// Whether some round is under way.
    func hasProbes(at now: Date) -> Bool {
        probing.values.contains { $0.round.map { $0.givesUpAt > now } ?? false }
    }

    /// The rounds that are under way; one that has become void is told of once, and is over.
    mutating func probes(of queues: [String], at now: Date) -> [ProbeRound] {
        var rounds: [ProbeRound] = []
        for queue in queues {
            guard let round = probing[queue]?.round, round.givesUpAt > now else { continue }
            let isVoid = isVoid(round)
            let isLoss = isVoid && endRound(of: queue, at: now)
            let sessions = openConsumers(of: queue).map { session in
                ProbeRound.Consumer(
                    session: session,
                    hasJoined: consumers[session]?.joined == round.id,
                    hasPassed: consumers[session]?.passed == round.id
                )
            }
            rounds.append(
                ProbeRound(
                    id: round.id,
                    queue: queue,
                    phase: round.phase,
                    consumers: sessions,
                    isVoid: isVoid,
                    isLoss: isLoss
                )
            )
        }
        return rounds
    }

    /// Lets a session join; says whether it was the last.
    mutating func join(_ session: ConsumerSession, to probe: ProbeID, at now: Date) -> Bool {
        guard let (queue, round) = sound(probe, at: now), isOpen(session), consumers[session]?.queue == queue else {
            return false
        }
        consumers[session]?.joined = probe
        let isComplete = openConsumers(of: queue).allSatisfy { consumers[$0]?.joined == probe }
        guard round.phase == .joining, isComplete else { return false }
        probing[queue]?.round?.phase = .published
        return true
    }

    /// Notes that a probe is back; says whether that was the last lane.
    mutating func noteReturn(of probe: ProbeID, lane: Int, of lanes: Int, at now: Date) -> Bool {
        guard let (queue, round) = sound(probe, at: now), round.phase == .published, lane < lanes else { return false }
        probing[queue]?.round?.lanes.insert(lane)
        let isComplete = (0..<lanes).allSatisfy { $0 == lane || round.lanes.contains($0) }
        if isComplete { probing[queue]?.round?.phase = .returned }
        return isComplete
    }

    /// Lets a session pass; says whether it was the last, and then what was confirmed before the round is lost.
    mutating func pass(_ session: ConsumerSession, in probe: ProbeID, at now: Date) -> Bool {
        guard let (queue, round) = sound(probe, at: now), round.phase == .returned, isOpen(session),
            consumers[session]?.queue == queue
        else { return false }
        consumers[session]?.passed = probe
        guard openConsumers(of: queue).allSatisfy({ consumers[$0]?.passed == probe }) else { return false }
        probing[queue] = Probing()
        lose(round, of: queue, at: now)
        return true
    }

    /// Ends a round that proves nothing; says whether it is a loss all the same.
    mutating func voidProbe(_ probe: ProbeID, reason: String, at now: Date) -> Bool {
        guard let queue = probing.first(where: { $1.round?.id == probe })?.key else { return false }
        let isLoss = endRound(of: queue, at: now)
        probing[queue]?.lastReason = reason
        return isLoss
    }

    /// The round of this number, if it may still prove something.
    private func sound(_ probe: ProbeID, at now: Date) -> (queue: String, round: Round)? {
        guard let (queue, state) = probing.first(where: { $1.round?.id == probe }), let round = state.round,
            round.givesUpAt > now, !isVoid(round)
        else { return nil }
        return (queue, round)
    }

    private func isVoid(_ round: Round) -> Bool {
        !round.consumers.allSatisfy(isOpen)
    }

    /// Ends a round that comes to nothing.
    ///
    /// Whose time is over may be followed by another at once, with more time; one that is void not so soon.
    ///
    /// - Returns: Whether it is a loss, as the last of many that were void although their probes had come back.
    @discardableResult
    private mutating func endRound(of queue: String, at now: Date) -> Bool {
        guard var state = probing[queue], let round = state.round else { return false }
        let isVoid = round.givesUpAt > now
        state.round = nil
        state.failures += 1
        state.notBefore = isVoid ? now.adding(min(round.patience / 4, .seconds(120))) : nil
        if isVoid, round.phase == .returned { state.voids += 1 }
        let isLoss = state.voids >= ProbeRound.voidLimit
        if isLoss {
            state.voids = 0
            lose(round, of: queue, at: now)
        }
        probing[queue] = state
        return isLoss
    }

    /// What was confirmed before a round is lost.
    ///
    /// - Parameters:
    ///   - round: The round, which is over.
    ///   - queue: Its queue.
    ///   - now: The present date.
    package mutating func lose(_ round: Round, of queue: String, at now: Date) {
        losses.append(Loss(id: round.id, queue: queue, isConfirmed: true, at: now, watermarks: round.watermarks))
    }

    /// Every publisher session's watermark, in the order of the sessions.
    var currentWatermarks: [PublisherWatermark] {
        sessions.values.map(\.watermark).sorted { $0.session.uuid.words < $1.session.uuid.words }
    }

    /// Removes what nothing refers to any more.
    mutating func tidyProbes(before past: Date, at now: Date) {
        for (queue, state) in probing where state.round.map({ $0.givesUpAt < past }) ?? false {
            endRound(of: queue, at: now)
        }
        consumers = consumers.filter { $1.endedAt.map { $0 >= past } ?? true }
        let consumed = Set(consumers.values.map(\.queue))
        probing = probing.filter { queue, state in state.round != nil || consumed.contains(queue) }
        losses.removeAll { !$0.isConfirmed && $0.at < past }
    }
}
