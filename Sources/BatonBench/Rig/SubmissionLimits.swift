/// How many submissions may wait; `nil` leaves it to Baton's own default.
struct SubmissionLimits: Sendable {
    /// With the broker, before it refuses further ones.
    var queued: Int?
    /// As enqueued jobs, before servers leave further ones with the broker.
    var backlog: Int?
}
