/// The requests of one channel that wait for their answers.
///
/// A broker answers a channel's requests in order.
struct PendingReplies {
    typealias Continuation = CheckedContinuation<Result<MethodReply, RabbitMQError>, Never>

    private struct Pending {
        let expected: [MethodNumber]
        let deadline: ContinuousClock.Instant
        let continuation: Continuation
    }

    private var pending: [Pending] = []

    mutating func append(
        expecting expected: [MethodNumber],
        deadline: ContinuousClock.Instant,
        _ continuation: Continuation
    ) {
        self.pending.append(Pending(expected: expected, deadline: deadline, continuation: continuation))
    }

    /// Answers the oldest request, and returns whether this was an answer to it.
    mutating func resolve(_ reply: MethodReply) -> Bool {
        guard let first = self.pending.first, first.expected.contains(reply.method) else { return false }
        self.pending.removeFirst()
        first.continuation.resume(returning: .success(reply))
        return true
    }

    mutating func fail(_ error: RabbitMQError) {
        let pending = self.pending
        self.pending = []
        for request in pending { request.continuation.resume(returning: .failure(error)) }
    }

    func isOverdue(at now: ContinuousClock.Instant) -> Bool {
        self.pending.first.map { $0.deadline <= now } ?? false
    }
}
