internal import Locking

extension InMemoryStorage {
    /// Registers a consumer session.
    ///
    /// - Parameters:
    ///   - session: The session.
    ///   - queue: The queue it consumes.
    ///   - owner: The server's epoch. With its certificate, and when it leaves the list, its sessions end.
    ///   - replaced: The server's earlier session of the queue, which ends with this; `nil` for the first.
    /// - Returns: Whether it is registered; not where the epoch is not alive.
    /// - Throws: Never; the signature is the protocol's.
    public func openConsumer(
        _ session: ConsumerSession,
        of queue: String,
        owner: ServerEpoch,
        replacing replaced: ConsumerSession?
    ) async throws(JobStorageError) -> Bool {
        transaction { tables, now in
            tables.openConsumer(session, of: queue, owner: owner, replacing: replaced, at: now)
        }
    }

    // MARK: Rounds

    /// Looks for queues in which some published row has been enqueued for long.
    ///
    /// - Parameters:
    ///   - age: How long.
    ///   - interval: How long after one look there is none.
    /// - Returns: The queues found, each once.
    /// - Throws: Never; the signature is the protocol's.
    public func findWaiting(
        longerThan age: Duration,
        interval: Duration
    ) async throws(JobStorageError) -> [WaitingQueue] {
        transaction { tables, now in tables.findWaiting(longerThan: age, interval: interval, at: now) }
    }

    /// Begins a round: stores every publisher session's watermark, and the queue's open consumer sessions.
    ///
    /// - Parameters:
    ///   - probe: The round.
    ///   - queue: The queue.
    ///   - quiet: How long no consumer session may have ended.
    ///   - patience: How long the first round may take.
    /// - Returns: Whether this call began it, and whether the round before is a loss now.
    /// - Throws: Never; the signature is the protocol's.
    public func openProbe(
        _ probe: ProbeID,
        of queue: String,
        quiet: Duration,
        patience: Duration
    ) async throws(JobStorageError) -> ProbeOpening {
        transaction { tables, now in
            tables.openProbe(probe, of: queue, quiet: quiet, patience: patience, at: now)
        }
    }

    /// The rounds that are open and not given up or void.
    ///
    /// - Parameter queues: Of which queues.
    /// - Returns: The rounds; those that have just become void say so, once.
    /// - Throws: Never; the signature is the protocol's.
    public func probes(of queues: [String]) async throws(JobStorageError) -> [ProbeRound] {
        transaction { tables, now in tables.probes(of: queues, at: now) }
    }

    /// Notes that a consumer session counts from now on what it gives back.
    ///
    /// - Parameters:
    ///   - consumer: The session.
    ///   - probe: The round.
    /// - Returns: Whether all sessions have joined by now and this call moved the round to ``ProbeRound/Phase/published``.
    /// - Throws: Never; the signature is the protocol's.
    public func join(_ consumer: ConsumerSession, to probe: ProbeID) async throws(JobStorageError) -> Bool {
        transaction { tables, now in tables.join(consumer, to: probe, at: now) }
    }

    /// Notes that a probe has come back from a lane of its queue.
    ///
    /// - Parameters:
    ///   - probe: The round.
    ///   - lane: Which lane, from zero.
    ///   - lanes: How many lanes the queue has.
    /// - Returns: Whether this call moved the round to ``ProbeRound/Phase/returned``.
    /// - Throws: Never; the signature is the protocol's.
    public func noteReturn(of probe: ProbeID, lane: Int, of lanes: Int) async throws(JobStorageError) -> Bool {
        transaction { tables, now in tables.noteReturn(of: probe, lane: lane, of: lanes, at: now) }
    }

    /// Notes that a consumer session has passed; concludes the round when it was the last.
    ///
    /// - Parameters:
    ///   - consumer: The session.
    ///   - probe: The round, which must have returned.
    /// - Returns: Whether this call concluded the round, which is a loss now.
    /// - Throws: Never; the signature is the protocol's.
    public func pass(_ consumer: ConsumerSession, in probe: ProbeID) async throws(JobStorageError) -> Bool {
        transaction { tables, now in tables.pass(consumer, in: probe, at: now) }
    }

    /// Ends a round that proves nothing.
    ///
    /// - Parameters:
    ///   - probe: The round.
    ///   - reason: Why, for people.
    /// - Returns: Whether this call made it a loss, as the last of so many in a row.
    /// - Throws: Never; the signature is the protocol's.
    public func voidProbe(_ probe: ProbeID, reason: String) async throws(JobStorageError) -> Bool {
        transaction { tables, now in tables.voidProbe(probe, reason: reason, at: now) }
    }

    // MARK: Losses

    /// Stores every session's watermark because a queue was found missing.
    ///
    /// - Parameters:
    ///   - loss: A number never used before.
    ///   - queue: The queue.
    /// - Throws: Never; the signature is the protocol's.
    public func recordLoss(_ loss: ProbeID, of queue: String) async throws(JobStorageError) {
        transaction { tables, now in tables.recordLoss(loss, of: queue, at: now) }
    }

    /// Says whether a queue that was found missing was still missing after the watermarks had been stored.
    ///
    /// - Parameters:
    ///   - loss: What ``recordLoss(_:of:)`` has stored.
    ///   - isConfirmed: Whether it was. What is not confirmed is removed.
    /// - Returns: Whether anything may be lost with the queue.
    /// - Throws: Never; the signature is the protocol's.
    public func settleLoss(_ loss: ProbeID, isConfirmed: Bool) async throws(JobStorageError) -> Bool {
        transaction { tables, _ in tables.settleLoss(loss, isConfirmed: isConfirmed) }
    }

    /// Moves the marks of lost rows to another session; the generation stays.
    ///
    /// - Parameter marks: As many marks as rows may be moved.
    /// - Returns: What is to be published, and whether to ask again.
    /// - Throws: Never; the signature is the protocol's.
    public func requeueLost(marks: PublishMarkRange) async throws(JobStorageError) -> LossRepair {
        transaction { tables, now in tables.requeueLost(marks, at: now) }
    }
}
