import Locking
import Logging

extension DispatchPublisher {
    /// How often the watermark is looked at, and how often it is stored when nothing changed.
    private static let watermarkInterval = Duration.seconds(2)
    private static let renewalInterval = Duration.seconds(5)

    // MARK: Giving up

    /// Takes marks that were given up off their rows, until cancelled.
    func keepReleasing() async {
        while (try? await releases.wait()) != nil {
            let marks = state.withLock { state in
                defer { state.givenUp = [] }
                return state.givenUp
            }
            await release(marks)
        }
    }

    /// Takes the marks off the rows.
    ///
    /// Repeated until the answer is certain: until then they stay pending.
    private func release(_ marks: [PublishMark]) async {
        var backoff = Backoff()
        for (session, marks) in marks.grouped(by: \.session) {
            while true {
                do throws(JobStorageError) {
                    try await storage.releaseMarks(of: session, marks.map(\.sequence))
                    settle(marks)
                    break
                } catch {
                    let delay = backoff.next(environment.random)
                    guard (try? await environment.clock.sleep(for: delay)) != nil else { return }
                }
            }
        }
    }

    // MARK: Watermark

    /// Stores how far the sessions are confirmed, until cancelled.
    func keepWatermark() async {
        while (try? await saves.wait(atMost: Self.watermarkInterval, clock: environment.clock)) != nil {
            let callers = state.withLock { state in
                defer { state.saveCallers = [] }
                return state.saveCallers
            }
            lookForBroker()
            do throws(JobStorageError) {
                try await storeWatermark()
                for caller in callers { caller.ring() }
            } catch {
                // The callers are answered by the next that succeeds.
                state.withLock { $0.saveCallers += callers }
                logger.debug("watermark not stored", metadata: ["error": "\(error)"])
            }
        }
    }

    /// Has it stored how far the sessions are confirmed by now.
    ///
    /// By the one who always does: no save is overtaken by an earlier one.
    ///
    /// - Throws: `CancellationError` when the task is cancelled.
    func saveWatermark() async throws {
        let answer = Wakeup()
        state.withLock { $0.saveCallers.append(answer) }
        saves.ring()
        try await answer.wait()
    }

    /// Stores watermarks where there is news, or the last word is old.
    private func storeWatermark() async throws(JobStorageError) {
        let (watermarks, ended) = turnSessions()
        let now = environment.clock.now
        let isDue = state.withLock { state in
            state.stored != watermarks || state.storedAt.map { $0.duration(to: now) >= Self.renewalInterval } ?? true
        }
        if isDue {
            for watermark in watermarks {
                try await storage.saveWatermark(watermark, lease: Self.lease)
            }
            state.withLock { ($0.stored, $0.storedAt) = (watermarks, now) }
        }
        for watermark in ended {
            try await storage.closeSession(watermark)
            state.withLock { $0.retiring.removeAll { $0.session == watermark.session } }
        }
    }

    /// Replaces a session with abandoned numbers, and finds the replaced ones that nothing is open of.
    private func turnSessions() -> (watermarks: [PublisherWatermark], ended: [PublisherWatermark]) {
        state.withLock { state in
            if state.ledger.abandoned > 0 {
                state.retiring.append(state.ledger)
                state.ledger = PublishLedger(session: PublisherSession(environment.makeUUID()))
                state.isOpen = false
            }
            let living = state.retiring.filter { !$0.isSettled } + (state.isOpen ? [state.ledger] : [])
            let ended = state.retiring.filter(\.isSettled)
            return (
                living.map { $0.watermark(limit: Self.pendingLimit) },
                ended.map { $0.watermark(limit: Self.pendingLimit) }
            )
        }
    }
}
