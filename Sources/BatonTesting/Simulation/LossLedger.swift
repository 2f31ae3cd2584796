import Baton
import Locking

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Knows which copies of messages there are, and holds against them what passes for lost (PROTOCOL section 5, I6).
final class LossLedger: Sendable {
    private struct State {
        /// When copies of a message came to the broker, those that were sent on in the place of another not counted.
        var arrivals: [DispatchMessage: [JobInstant]] = [:]
        /// When those that were sent on came.
        var replacements: [DispatchMessage: [JobInstant]] = [:]
        /// The losses of queues that were found missing.
        var gone: Set<ProbeID> = []
        /// When the watermarks of rounds and losses were stored, in true time and by the database.
        var snapshots: [ProbeID: (at: JobInstant, date: Date)] = [:]
        /// The processes of the broker's channels.
        var processes: [Int: Int] = [:]
        /// The sessions under which each process has consumed, and when they were stored.
        var sessions: [Int: [ConsumerSession: Date]] = [:]
        /// Of each queue, how many rounds in a row were void although their probes had come back.
        var voids: [String: Int] = [:]
        /// The rounds that may pass for a loss without a proof.
        var suspicions: Set<ProbeID> = []
        /// How many rows were published again for no better reason.
        var suspected = 0
    }

    private let broker: InMemoryTransport
    private let state = Locked(State())

    init(broker: InMemoryTransport) {
        self.broker = broker
    }

    // MARK: What happens

    /// Notes that a process is about to consume through a channel.
    func opened(_ channel: Int, by process: Int) {
        state.withLock { $0.processes[channel] = process }
    }

    /// Notes the session under which a process consumes.
    func consumes(_ session: ConsumerSession, process: Int, since date: Date) {
        state.withLock { state in
            guard state.sessions[process]?[session] == nil else { return }
            state.sessions[process, default: [:]][session] = date
        }
    }

    /// Notes that messages have come to the broker.
    ///
    /// What comes from a process to which it is delivered is sent on: it takes the place of that copy.
    func arrived(_ messages: [DispatchMessage], from process: Int, at now: JobInstant) {
        let holders = broker.read { queues in messages.map { queues.holders(of: $0) } }
        state.withLock { state in
            for (message, holders) in zip(messages, holders) {
                if holders.contains(where: { state.processes[$0] == process }) {
                    state.replacements[message, default: []].append(now)
                } else {
                    state.arrivals[message, default: []].append(now)
                }
            }
        }
    }

    /// Notes that watermarks were stored, of a round or of a missing queue.
    func stored(_ probe: ProbeID, at now: JobInstant, _ date: Date, ofMissingQueue isGone: Bool = false) {
        state.withLock { state in
            state.snapshots[probe] = state.snapshots[probe] ?? (now, date)
            if isGone { state.gone.insert(probe) }
        }
    }

    /// Compares the rounds before and after a call that may end some, and concludes none.
    ///
    /// - Parameters:
    ///   - before: How the probing of each queue stood.
    ///   - after: How it stands.
    ///   - date: The database's present.
    func ended(_ before: [String: InMemoryTables.Probing], _ after: [String: InMemoryTables.Probing], at date: Date) {
        state.withLock { state in
            for (queue, probing) in before {
                guard let round = probing.round, round.id != after[queue]?.round?.id else { continue }
                guard round.phase == .returned, round.givesUpAt > date else { continue }
                state.voids[queue, default: 0] += 1
                guard state.voids[queue] == ProbeRound.voidLimit else { continue }
                state.voids[queue] = 0
                state.suspicions.insert(round.id)
            }
        }
    }

    /// Notes that rounds of a queue were concluded.
    func concluded(_ queue: String) {
        state.withLock { $0.voids[queue] = 0 }
    }

    // MARK: What is found

    /// Whether a loss is a round that proves nothing, and may pass for one as the last of so many in a row.
    func isSuspicion(_ loss: InMemoryTables.Loss) -> Bool {
        state.withLock { $0.suspicions.contains(loss.id) }
    }

    /// Notes that rows were published again on a mere suspicion.
    func suspected(_ count: Int) {
        state.withLock { $0.suspected += count }
    }

    /// How many rows were.
    var suspectedCount: Int {
        state.withLock { $0.suspected }
    }

    /// Whether a message that passes for lost ever came to the broker before the watermarks were stored that confirm it.
    func hasArrived(_ message: DispatchMessage, before loss: InMemoryTables.Loss) -> Bool {
        state.withLock { state in
            guard let snapshot = state.snapshots[loss.id] else { return true }
            return state.arrivals[message]?.contains { $0 <= snapshot.at } ?? false
        }
    }

    /// Looks for a copy of a message that passes for lost, which was there before the watermarks were stored.
    ///
    /// One that came later nobody can know of. Nor can anybody know of one that is held by a consumer whose session ended
    /// long before the round, or began after it: a broker is trusted to notice that, and here it does not as long as the connection stands.
    ///
    /// - Parameters:
    ///   - message: The message.
    ///   - loss: The loss, of a round or of a missing queue.
    ///   - quiet: How long a broker may take to notice.
    ///   - tables: What storage holds.
    /// - Returns: Whether there is such a copy.
    func hasCopy(of message: DispatchMessage, in loss: InMemoryTables.Loss, quiet: Duration, _ tables: InMemoryTables)
        -> Bool
    {
        let (waiting, holders) = broker.read { ($0.waitingCopies(of: message), $0.holders(of: message)) }
        return state.withLock { state in
            guard let snapshot = state.snapshots[loss.id] else { return false }
            let deaf = snapshot.date.addingTimeInterval(-(quiet / .seconds(1)))
            let held = holders.count { holder in
                let sessions = state.processes[holder].flatMap { state.sessions[$0] } ?? [:]
                return sessions.contains { session, openedAt in
                    guard openedAt <= loss.at, let consumer = tables.consumers[session] else { return false }
                    return consumer.endedAt.map { $0 > deaf } ?? true
                }
            }
            var later = state.arrivals[message]?.count { $0 >= snapshot.at } ?? 0
            // What was delivered before its queue went is sent on all the same, in the place of nothing.
            if state.gone.contains(loss.id) {
                later += state.replacements[message]?.count { $0 >= snapshot.at } ?? 0
            }
            return waiting + held > later
        }
    }
}
