/// What storage keeps about messages that the broker may have lost (PROTOCOL section 4, "lost" and "queue gone").
///
/// Each call is durable unless it says otherwise, a compare-and-set, and may be repeated after a lost answer. There is one
/// round of a queue at a time. A round that is concluded, and a queue that was found missing, leave a *loss*: the queue
/// and every session's watermark of then. A row of the queue that is still enqueued, under a mark that was confirmed by
/// such a watermark, is lost; that stays true of it for as long as it bears that mark.
///
/// Where deliveries are given back or sent on all the time, no round is ever concluded. So rounds in a row that were void
/// although their probes had come back end as a loss, too, the last of ``ProbeRound/voidLimit``: no proof, but whatever has
/// a message all the same is published under the same generation, and its first copy wins. A round whose probe had not come
/// back does not count, however it ended: what waits may be behind the probe, or before it, in a long queue.
public protocol ProbeStorage: Sendable {
    // MARK: Consumer sessions

    /// Registers a consumer session, before the broker is asked to deliver.
    ///
    /// - Parameters:
    ///   - session: The session.
    ///   - queue: The queue it consumes.
    ///   - owner: The server's epoch. With its certificate, and when it leaves the list, its sessions end.
    ///   - replaced: The server's earlier session of the queue, which ends with this; `nil` for the first.
    /// - Returns: Whether it is registered; not where the epoch is not alive: what the broker delivered then would be in no
    ///   round. Nothing changes then, and the server has to take another epoch first.
    /// - Throws: ``JobStorageError``.
    func openConsumer(
        _ session: ConsumerSession,
        of queue: String,
        owner: ServerEpoch,
        replacing replaced: ConsumerSession?
    ) async throws(JobStorageError) -> Bool

    // MARK: Rounds

    /// Looks for queues in which some published row has been enqueued for long, and has borne its mark as long. Bounded: of a large table it looks at one
    /// stretch after another, and only one caller of all servers looks at a time; the others are told nothing.
    ///
    /// - Parameters:
    ///   - age: How long.
    ///   - interval: How long after one look there is none.
    /// - Returns: The queues found, each once.
    /// - Throws: ``JobStorageError``.
    func findWaiting(longerThan age: Duration, interval: Duration) async throws(JobStorageError) -> [WaitingQueue]

    /// Begins a round: stores every publisher session's watermark, and the queue's open consumer sessions.
    ///
    /// Refuses where the queue has no consumer session, where one ended less than `quiet` ago, by the database's clock
    /// (the broker may not have noticed yet), and while there is a round that is not void and not given up. A round is
    /// given up when it is older than `patience`, doubled for each round of the queue in a row that came to nothing, up to
    /// six times; after one that was void, the next begins no sooner than a quarter of that, or two minutes.
    ///
    /// A session that registers while the round is open is stored with it, too: it may give back what it has received.
    ///
    /// - Parameters:
    ///   - probe: The round.
    ///   - queue: The queue.
    ///   - quiet: How long no consumer session may have ended.
    ///   - patience: How long the first round may take.
    /// - Returns: Whether it has begun. And whether the round before, which nobody had found void until now, is a loss: the
    ///   call that ends it is the only one that is told.
    /// - Throws: ``JobStorageError``.
    func openProbe(
        _ probe: ProbeID,
        of queue: String,
        quiet: Duration,
        patience: Duration
    ) async throws(JobStorageError) -> ProbeOpening

    /// The rounds that are open and not given up or void.
    ///
    /// - Parameter queues: Of which queues.
    /// - Returns: The rounds; those that have just become void say so, and whether that makes them losses: they are over, and nobody is
    ///   told of them again.
    /// - Throws: ``JobStorageError``.
    func probes(of queues: [String]) async throws(JobStorageError) -> [ProbeRound]

    /// Notes that a consumer session counts from now on what it gives back.
    ///
    /// - Parameters:
    ///   - consumer: The session.
    ///   - probe: The round.
    /// - Returns: Whether all sessions have joined by now and this call moved the round to ``ProbeRound/Phase/published``:
    ///   the caller publishes the probe then, and nobody else does.
    /// - Throws: ``JobStorageError``.
    func join(_ consumer: ConsumerSession, to probe: ProbeID) async throws(JobStorageError) -> Bool

    /// Notes that a probe has come back from a lane of its queue.
    ///
    /// - Parameters:
    ///   - probe: The round; of one that is not open any more nothing is noted.
    ///   - lane: Which lane, from zero.
    ///   - lanes: How many lanes the queue has.
    /// - Returns: Whether this call moved the round to ``ProbeRound/Phase/returned``.
    /// - Throws: ``JobStorageError``.
    func noteReturn(of probe: ProbeID, lane: Int, of lanes: Int) async throws(JobStorageError) -> Bool

    /// Notes that a consumer session has passed; concludes the round when it was the last.
    ///
    /// A round is concluded when every open session of the queue has passed, and none of those that were stored with it has
    /// ended.
    ///
    /// - Parameters:
    ///   - consumer: The session.
    ///   - probe: The round, which must have returned.
    /// - Returns: Whether this call concluded the round, which is a loss now.
    /// - Throws: ``JobStorageError``.
    func pass(_ consumer: ConsumerSession, in probe: ProbeID) async throws(JobStorageError) -> Bool

    /// Ends a round that proves nothing.
    ///
    /// - Parameters:
    ///   - probe: The round.
    ///   - reason: Why, for people.
    /// - Returns: Whether this call made it a loss, as the last of so many in a row.
    /// - Throws: ``JobStorageError``.
    func voidProbe(_ probe: ProbeID, reason: String) async throws(JobStorageError) -> Bool

    // MARK: Losses

    /// Stores every session's watermark because a queue was found missing, to be confirmed once it was looked for again.
    ///
    /// - Parameters:
    ///   - loss: A number never used before.
    ///   - queue: The queue.
    /// - Throws: ``JobStorageError``.
    func recordLoss(_ loss: ProbeID, of queue: String) async throws(JobStorageError)

    /// Says whether a queue that was found missing was still missing after the watermarks had been stored.
    ///
    /// - Parameters:
    ///   - loss: What ``recordLoss(_:of:)`` has stored.
    ///   - isConfirmed: Whether it was. What is not confirmed is removed.
    /// - Returns: Whether anything may be lost with the queue; nothing is with one that is new. Bounded: where there is too
    ///   much to look through, something may be.
    /// - Throws: ``JobStorageError``.
    func settleLoss(_ loss: ProbeID, isConfirmed: Bool) async throws(JobStorageError) -> Bool

    /// Moves the marks of lost rows to another session; the generation stays. A loss of which nothing is left is removed.
    ///
    /// Bounded in the rows it looks at as well as in those it moves.
    ///
    /// - Parameter marks: As many marks as rows may be moved.
    /// - Returns: What is to be published, and whether to ask again.
    /// - Throws: ``JobStorageError``.
    func requeueLost(marks: PublishMarkRange) async throws(JobStorageError) -> LossRepair
}
