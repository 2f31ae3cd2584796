import Locking
import Logging

/// Whether the broker is away: not connected, or silent.
extension DispatchPublisher {
    /// How long a lost connection may be gone before the broker counts as away: one that is made again at once brings
    /// messages sooner than anything else does.
    static let grace = Duration.milliseconds(500)
    /// In how many steps it is listened for an answer.
    private static let steps = 4

    /// Looks whether the broker is away; rings when it has come back.
    ///
    /// - Returns: Whether it is.
    @discardableResult
    func lookForBroker() -> Bool {
        guard hasTransport else { return false }
        let (isConnected, now) = (transport.isConnected, environment.clock.now)
        let (isAway, isBack) = state.withLock { state in
            guard !isConnected || state.isSilent else {
                defer { state.awayFrom = nil }
                return (false, state.awayFrom.map { $0 <= now } ?? false)
            }
            guard state.isRunning else { return (false, false) }
            let from = state.isSilent ? now : state.awayFrom ?? now.advanced(by: Self.grace)
            state.awayFrom = min(state.awayFrom ?? from, from)
            // A connection that is made anew says nothing yet.
            if !isConnected { state.isSilent = false }
            return (state.awayFrom.map { $0 <= now } ?? false, false)
        }
        if isBack { returns.ring() }
        return isAway
    }

    /// Listens for answers while messages are on the wire, until cancelled.
    ///
    /// A broker may stand still while its connections stand: it takes what it is sent, and answers nothing. Its heartbeats
    /// and the patience of a publish tell so only much later.
    func keepListening() async {
        while (try? await sends.wait()) != nil {
            var (answers, heardNothing) = (-1, 0)
            while let count = state.withLock({ $0.isAwaitingAnswers ? $0.answers : nil }) {
                if count != answers || !transport.isConnected { (answers, heardNothing) = (count, 0) }
                let (isAsked, start, step) = (transport.awaitsAnswers, environment.clock.now, silence / Self.steps)
                guard (try? await environment.clock.sleep(for: step)) != nil else { return }
                // Who was held up has not heard what was there to be heard.
                guard start.duration(to: environment.clock.now) < step * 2 else { continue }
                // What waits for its queue is not on the wire yet: a slow declaration is no silence.
                guard isAsked, transport.awaitsAnswers else {
                    heardNothing = 0
                    continue
                }
                heardNothing += 1
                if heardNothing >= Self.steps { fallSilent(answers) }
            }
        }
    }

    /// Lets the broker count as away, unless it has answered something meanwhile.
    private func fallSilent(_ answers: Int) {
        let isNew = state.withLock { state in
            guard state.isAwaitingAnswers, state.answers == answers, !state.isSilent else { return false }
            state.isSilent = true
            return true
        }
        guard isNew else { return }
        logger.warning(
            "the broker answers nothing; jobs are stored and claimed without it until it does",
            metadata: ["silent for": "\(silence)"]
        )
        lookForBroker()
        turns.ring()
    }
}
