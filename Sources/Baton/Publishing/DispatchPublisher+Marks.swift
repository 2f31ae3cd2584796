import Locking

/// Marks for rows: taken before a statement is sent, settled or given up after it.
extension DispatchPublisher {
    /// Takes marks for rows about to be stored.
    ///
    /// - Parameters:
    ///   - count: How many.
    ///   - patience: How long to go on trying while the session cannot be registered.
    /// - Returns: The marks, of a session that storage knows; none without a transport, and while the broker is away: then
    ///   servers claim from storage, and once it is back, whoever reconciles publishes what is left.
    /// - Throws: ``JobStorageError`` when the session cannot be registered; nothing is stored then.
    func reserve(_ count: Int, patience: Duration = .zero) async throws(JobStorageError) -> PublishMarkRange {
        guard hasTransport, !lookForBroker() else { return PublishMarkRange(unmarked: count) }
        let deadline = environment.clock.now.advanced(by: patience)
        var backoff = Backoff()
        while true {
            let (session, marks) = state.withLock { state in
                (state.ledger.session, state.isOpen ? state.ledger.reserve(count) : nil)
            }
            if let marks {
                return marks
            }
            do throws(JobStorageError) {
                _ = try await openings.submit([session])
                state.withLock { state in
                    state.isOpen = state.isOpen || state.ledger.session == session
                }
            } catch {
                let delay = backoff.next(environment.random)
                guard error.isTransient, environment.clock.now.advanced(by: delay) < deadline,
                    (try? await environment.clock.sleep(for: delay)) != nil
                else {
                    // Whether the session is registered may be unknown; that no row bears its marks is certain.
                    guard error.isTransient else { throw error }
                    throw JobStorageError(.unavailable, error.message, underlyingError: error)
                }
            }
        }
    }

    /// Settles marks that are certain not to be on a row.
    ///
    /// - Parameter marks: The marks.
    func settle(_ marks: some Sequence<PublishMark>) {
        state.withLock { state in
            for mark in marks {
                state.withLedger(of: mark.session) { $0.settle(mark.sequence) }
            }
        }
    }

    /// Settles the marks of new jobs whose rows bear none.
    ///
    /// - Parameter jobs: The jobs.
    func settleMarks(of jobs: [NewJob]) {
        settle(jobs.lazy.compactMap { if case .enqueued(let mark) = $0.start { mark } else { nil } })
    }

    /// Gives marks up whose statement's outcome stays unknown; their session is replaced and left to the reconciler.
    ///
    /// - Parameter marks: The marks.
    func abandon(_ marks: PublishMarkRange) {
        state.withLock { state in
            guard let session = marks.session else { return }
            state.withLedger(of: session) { $0.abandon(marks.count) }
        }
    }
}
