/// How far the demonstration's jobs are.
struct JobCounts: Sendable, Equatable {
    var succeeded = 0
    var failed = 0
    var deleted = 0
    var processing = 0
    var enqueued = 0
    var scheduled = 0

    /// Jobs that need no worker any more.
    var ended: Int { succeeded + failed + deleted }

    /// All jobs.
    var total: Int { ended + processing + enqueued + scheduled }
}
