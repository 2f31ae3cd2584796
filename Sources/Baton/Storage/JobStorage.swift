public import ServiceLifecycle

/// Where jobs are kept: the truth about every job's state, with its history.
///
/// Each call is one batch and, unless it says otherwise, one durable transaction. Every move is a compare-and-set, so
/// that a call may be repeated after a lost answer. PROTOCOL sections 1 to 4 are the specification; the words here name
/// its moves. Errors are ``JobStorageError``.
public protocol JobStorage: Service, PublisherStorage, ServerStorage, ProbeStorage, RecurringStorage, RetentionStorage,
    SubmissionStorage, QueueStorage
{
    /// Where calls start and end without a change of threads, if there is such a place.
    ///
    /// A server's claims and completions, which do little but wait for storage, live there, and so do enqueues on their way;
    /// it must not be blocked.
    var executor: (any TaskExecutor)? { get }

    // MARK: Producing

    /// Stores new jobs (PROTOCOL move 1), all or none.
    ///
    /// - Parameters:
    ///   - jobs: The jobs.
    ///   - isRepeated: Whether an earlier try's answer was lost. Then a job that exists in any state, final ones
    ///     included, counts as a duplicate. Otherwise the ids are known to be new.
    /// - Returns: What became of each, in order.
    /// - Throws: ``JobStorageError``.
    func insert(_ jobs: [NewJob], isRepeated: Bool) async throws(JobStorageError) -> [InsertOutcome]

    /// Stores new jobs that are a server's from the start (PROTOCOL move 7), all or none: claimed for their first run, with
    /// the history of both.
    ///
    /// Never repeated: what a lost answer has claimed is a row of the server's that it does not run, which ``insert(_:isRepeated:)``
    /// takes for a duplicate, and ``putBackUnheld(_:owner:marks:)`` returns to its queue.
    ///
    /// - Parameters:
    ///   - jobs: The jobs, ready at once; their ids are known to be new, and their marks are not stored.
    ///   - owner: The server's epoch.
    ///   - claim: A number never used before in this epoch.
    /// - Returns: The jobs, in order; none when the server's epoch is certified dead, or this storage does not store jobs so:
    ///   then none is stored.
    /// - Throws: ``JobStorageError``.
    func insert(_ jobs: [NewJob], owner: ServerEpoch, claim: Int64) async throws(JobStorageError) -> [ClaimedJob]

    /// Stores new jobs that are made part by part (PROTOCOL move 1), all or none: storage works at one part while the next
    /// is made.
    ///
    /// - Parameter next: Makes the next part; `nil` after the last. The ids of all are known to be new.
    /// - Throws: What the closure throws, and then none is stored; ``JobStorageError``.
    func insert(parts next: () throws -> [NewJob]?) async throws

    /// Deletes a job that is not final, whatever it does at the moment.
    ///
    /// - Parameters:
    ///   - id: The job.
    ///   - reason: Why, for its history.
    ///   - state: The state in which it must be; `nil` for any.
    /// - Returns: Whether there was such a job.
    /// - Throws: ``JobStorageError``.
    func delete(_ id: JobID, reason: String?, expecting state: JobState?) async throws(JobStorageError) -> Bool

    /// Deletes many jobs that are not final, whatever they do at the moment (PROTOCOL move 5).
    ///
    /// - Parameters:
    ///   - targets: The jobs; one that is not as it is expected to be stays as it is, and so may one that is just moving to
    ///     another state.
    ///   - reason: Why, for their histories.
    /// - Returns: Those that it has deleted.
    /// - Throws: ``JobStorageError``.
    func delete(_ targets: [JobTarget], reason: String?) async throws(JobStorageError) -> Set<JobID>

    /// Gives jobs another time by hand that wait for theirs; one in any other state stays as it is.
    ///
    /// - Parameters:
    ///   - targets: The jobs, each once; one that is not as it is expected to be stays as it is.
    ///   - time: When they are due.
    ///   - reason: Why, for their histories.
    /// - Returns: What became of each, in order.
    /// - Throws: ``JobStorageError``.
    func reschedule(
        _ targets: [JobTarget],
        to time: DueTime,
        reason: String?
    ) async throws(JobStorageError) -> [RescheduleOutcome]

    /// Puts jobs back into their queues by hand, that have ended or wait for their time: with the next generation, all their
    /// attempts, and without the result of an earlier end.
    ///
    /// - Parameters:
    ///   - targets: The jobs, each once; one that is not as it is expected to be stays as it is.
    ///   - marks: As many marks as there are jobs.
    ///   - reason: Why, for their histories.
    /// - Returns: What is to be published, and what became of each.
    /// - Throws: ``JobStorageError``.
    func requeue(
        _ targets: [JobTarget],
        marks: PublishMarkRange,
        reason: String?
    ) async throws(JobStorageError) -> JobRequeue

    /// A job as it stands.
    ///
    /// - Parameter id: The job.
    /// - Returns: The job, or `nil` when there is none.
    /// - Throws: ``JobStorageError``.
    func job(_ id: JobID) async throws(JobStorageError) -> JobSnapshot?

    /// Every transition of a job, oldest first.
    ///
    /// - Parameter id: The job.
    /// - Returns: The transitions; none when there is no such job.
    /// - Throws: ``JobStorageError``.
    func history(of id: JobID) async throws(JobStorageError) -> [JobHistoryEntry]

    // MARK: Running

    /// Claims jobs for a server (PROTOCOL move 2).
    ///
    /// - Parameters:
    ///   - messages: What was delivered; each job at most once.
    ///   - owner: The server's epoch.
    ///   - claim: A number never used before in this epoch.
    /// - Returns: What became of each, in order.
    /// - Throws: ``JobStorageError``.
    func claim(
        _ messages: [DispatchMessage],
        owner: ServerEpoch,
        claim: Int64
    ) async throws(JobStorageError) -> [ClaimOutcome]

    /// Claims jobs that wait in queues, without a message (PROTOCOL section 3, "broker down"): in each queue of one level
    /// after the other, of a level the oldest first, passing over rows that others are claiming.
    ///
    /// The caller gives each level its turn to be the first; so none starves.
    ///
    /// Rows that bear a mark come after those that bear none, whatever their age, and may be passed over for a second or
    /// so: they wait for their messages, and are wanted here only while nobody can reach those.
    ///
    /// A dead epoch claims nothing. A claim whose answer was lost is mended by the audit, so it is never repeated with the
    /// same number.
    ///
    /// - Parameters:
    ///   - queues: The queues, in order: a job of the next is taken only when the one before has no more.
    ///   - names: The names that the server knows; rows of others are passed over.
    ///   - limit: How many jobs at most.
    ///   - levels: All levels of priority, each once, in the order in which each queue is looked through.
    ///   - owner: The server's epoch.
    ///   - claim: A number never used before in this epoch.
    /// - Returns: The jobs claimed, in this order; fewer than `limit` only when no more wait that bear no mark.
    /// - Throws: ``JobStorageError``.
    func claimWaiting(
        queues: [String],
        names: [String],
        limit: Int,
        levels: [JobPriorityLevel],
        owner: ServerEpoch,
        claim: Int64
    ) async throws(JobStorageError) -> [ClaimedJob]

    /// Waits until a job may wait in one of the queues: returns at the first sign, or after `patience`.
    ///
    /// A sign may be missed, and may have been meant for a job that is gone, so the caller looks again either way.
    ///
    /// - Parameters:
    ///   - queues: The queues.
    ///   - patience: How long to wait at most.
    /// - Throws: ``JobStorageError``.
    func waitForWork(queues: [String], patience: Duration) async throws(JobStorageError)

    /// Puts jobs off that nobody has claimed, because this server does not know their names.
    ///
    /// - Parameters:
    ///   - messages: What was delivered; rows that are not enqueued at that generation stay as they are.
    ///   - delay: How long to wait before they are enqueued again.
    ///   - reason: Why, for their histories.
    /// - Returns: Those that have no row, history included.
    /// - Throws: ``JobStorageError``.
    func postpone(
        _ messages: [DispatchMessage],
        by delay: Duration,
        reason: String
    ) async throws(JobStorageError) -> [DispatchMessage]

    /// Stores the ends of runs (PROTOCOL moves 3 and 4).
    ///
    /// - Parameters:
    ///   - completions: The ends; each job at most once.
    ///   - owner: The server's epoch.
    /// - Returns: What became of each, in order.
    /// - Throws: ``JobStorageError``.
    func complete(
        _ completions: [Completion],
        owner: ServerEpoch
    ) async throws(JobStorageError) -> [CompletionOutcome]

    /// Stores how far runs have come; what was stored before of the same run is replaced. Need not be durable.
    ///
    /// - Parameters:
    ///   - progress: How far; each job at most once. Runs whose rows are no longer theirs are passed over.
    ///   - owner: The server's epoch.
    /// - Throws: ``JobStorageError``.
    func saveProgress(_ progress: [RunProgress], owner: ServerEpoch) async throws(JobStorageError)

    // MARK: Time and repair

    /// Moves scheduled jobs that are due to their queues with the next generation.
    ///
    /// Of those that the pace lets through, the ones due first come first.
    ///
    /// - Parameters:
    ///   - marks: As many marks as jobs may be moved.
    ///   - pace: How many may wait in their queues to be claimed.
    /// - Returns: What is to be published, when to ask again, and what holds queues back.
    /// - Throws: ``JobStorageError``.
    func promoteDue(marks: PublishMarkRange, pace: PromotionPace) async throws(JobStorageError) -> Promotion

    /// Looks for disagreement, cheaply.
    ///
    /// - Parameter unpublishedAge: How old an unconfirmed row of a living session must be (T of PROTOCOL section 2).
    /// - Returns: What disagrees.
    /// - Throws: ``JobStorageError``.
    func survey(unpublishedAge: Duration) async throws(JobStorageError) -> ReconcilerSurvey

    /// Puts jobs of dead servers back with the next generation. One without an attempt left fails, or is deleted where its
    /// enqueue says so (``RetryOptions/whenExhausted``) or says nothing and its name is among those given.
    ///
    /// - Parameters:
    ///   - marks: As many marks as jobs may be moved.
    ///   - names: The names of jobs whose policy deletes what is used up.
    /// - Returns: What is to be published.
    /// - Throws: ``JobStorageError``.
    func requeueOrphans(
        marks: PublishMarkRange,
        deletingExhausted names: [String]
    ) async throws(JobStorageError) -> OrphanRepair

    /// Moves the marks of rows that nobody answers for to another session; the generation stays.
    ///
    /// - Parameters:
    ///   - marks: As many marks as rows may be moved.
    ///   - age: How old an unconfirmed row of a living session must be.
    /// - Returns: What is to be published.
    /// - Throws: ``JobStorageError``.
    func adoptUnpublished(
        marks: PublishMarkRange,
        unpublishedAge age: Duration
    ) async throws(JobStorageError) -> [MarkedDispatch]

    /// Adds to counters.
    ///
    /// - Parameter counts: How much to add to each.
    /// - Throws: ``JobStorageError``.
    func count(_ counts: [JobCounter: Int]) async throws(JobStorageError)

    /// Removes what nothing refers to any more: ended sessions, long dead servers; prepares the coming days' partitions.
    ///
    /// - Throws: ``JobStorageError``.
    func tidy() async throws(JobStorageError)
}
