/// How submissions are kept; `nil` leaves it to Baton's own default.
struct SubmissionTerms: Sendable {
    /// How the broker keeps their queue.
    var queueType: RigOptions.QueueType?
    /// How many may wait with the broker, before it refuses further ones.
    var queued: Int?
    /// How many may wait as enqueued jobs, before servers leave further ones with the broker.
    var backlog: Int?
}
