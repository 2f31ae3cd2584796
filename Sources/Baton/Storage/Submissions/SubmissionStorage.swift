/// Where submissions of other programs become jobs, and where those are kept that did not (PROTOCOL move 8).
///
/// Part of ``JobStorage``; apart, because only servers that take submissions need it. A storage that says nothing of it
/// refuses them.
public protocol SubmissionStorage: Sendable {
    /// Stores submissions, each once: what was sent again makes no second job, whether or not the first is still there.
    ///
    /// Durable transactions, one or several. When it throws, whatever the error's code, some may be stored, and claimed. It may
    /// be repeated: what was stored then is a duplicate now, and what was claimed then is a row of the server's that it does
    /// not run, which its audit puts back.
    ///
    /// - Parameters:
    ///   - submissions: The submissions; each job's start is its date, or enqueued.
    ///   - marks: Marks for those that are enqueued, in their order.
    ///   - window: How long a submission is remembered, counted from when it was sent or came, whichever is later; an older
    ///     one is refused.
    ///   - claim: For which server to claim how many; `nil` to enqueue them all.
    /// - Returns: What became of each, in order.
    /// - Throws: ``JobStorageError``.
    func submit(
        _ submissions: [Submission],
        marks: PublishMarkRange,
        window: Duration,
        claim: SubmissionClaim?
    ) async throws(JobStorageError) -> [SubmissionOutcome]

    /// Which of some jobs a living server knows.
    ///
    /// - Parameter names: The names.
    /// - Returns: Those that are known.
    /// - Throws: ``JobStorageError``.
    func servedNames(of names: [String]) async throws(JobStorageError) -> Set<String>

    /// How many jobs are enqueued, up to a limit.
    ///
    /// - Parameters:
    ///   - queues: The queues.
    ///   - limit: How many to count in each at most.
    /// - Returns: How many, of queues that have any.
    /// - Throws: ``JobStorageError``.
    func backlog(of queues: [String], upTo limit: Int) async throws(JobStorageError) -> [String: Int]

    /// Forgets submissions whose time is over, and rejects that are old, in a bounded batch.
    ///
    /// - Parameters:
    ///   - age: How old a reject must be.
    ///   - limit: How many of each at most.
    /// - Returns: How many of the larger part were removed.
    /// - Throws: ``JobStorageError``.
    func trimSubmissions(rejectsOlderThan age: Duration, limit: Int) async throws(JobStorageError) -> Int

    // MARK: Rejects

    /// Keeps rejects; one that is kept already stays as it is.
    ///
    /// - Parameter rejects: The rejects; their dates are the storage's own.
    /// - Throws: ``JobStorageError``.
    func keepRejects(_ rejects: [RejectedSubmission]) async throws(JobStorageError)

    /// Rejects, latest first.
    ///
    /// - Parameters:
    ///   - filter: Which.
    ///   - limit: How many at most.
    /// - Returns: The rejects.
    /// - Throws: ``JobStorageError``.
    func rejects(matching filter: RejectFilter, limit: Int) async throws(JobStorageError) -> [RejectedSubmission]

    /// Notes that a reject has become a job after all.
    ///
    /// - Parameters:
    ///   - id: The reject.
    ///   - job: The job.
    /// - Throws: ``JobStorageError``.
    func noteReplay(of id: JobID, as job: JobID) async throws(JobStorageError)

    /// Removes rejects for good.
    ///
    /// - Parameter ids: The rejects.
    /// - Returns: Those that were there.
    /// - Throws: ``JobStorageError``.
    func dropRejects(_ ids: [JobID]) async throws(JobStorageError) -> Set<JobID>
}

extension SubmissionStorage {
    private var refusal: JobStorageError { JobStorageError(.refused, "This storage takes no submissions.") }

    /// Refuses.
    public func submit(
        _ submissions: [Submission],
        marks: PublishMarkRange,
        window: Duration,
        claim: SubmissionClaim?
    ) async throws(JobStorageError) -> [SubmissionOutcome] { throw refusal }

    /// Refuses.
    public func servedNames(of names: [String]) async throws(JobStorageError) -> Set<String> { throw refusal }

    /// Refuses.
    public func backlog(of queues: [String], upTo limit: Int) async throws(JobStorageError) -> [String: Int] {
        throw refusal
    }

    /// There is nothing to forget.
    public func trimSubmissions(rejectsOlderThan age: Duration, limit: Int) async throws(JobStorageError) -> Int { 0 }

    /// Refuses.
    public func keepRejects(_ rejects: [RejectedSubmission]) async throws(JobStorageError) { throw refusal }

    /// There are none.
    public func rejects(
        matching filter: RejectFilter,
        limit: Int
    ) async throws(JobStorageError) -> [RejectedSubmission] { [] }

    /// Refuses.
    public func noteReplay(of id: JobID, as job: JobID) async throws(JobStorageError) { throw refusal }

    /// There are none.
    public func dropRejects(_ ids: [JobID]) async throws(JobStorageError) -> Set<JobID> { [] }
}
