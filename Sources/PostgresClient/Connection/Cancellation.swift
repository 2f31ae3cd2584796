import PollExecutor

/// A cancel request, from the wish to the moment when it can hit nobody any more.
struct Cancellation {
    let request: PipelineStateMachine.RequestID
    // Gives up on a server that does not answer.
    let deadline: PollTimer
    // Tries again: a cancel request that overtakes its statements on their way to the server does nothing.
    var retry: PollTimer?
    var attempts = 0
    // The server ends the cancel request's own connection after it has signalled, and only then it is safe to go on.
    var isUnderWay = false
    var hasSettled = false
    // One was sent, and nobody knows whether the server has acted on it.
    var mayComeLate = false

    var retryDelay: Duration { min(.milliseconds(20) * (1 << min(self.attempts, 10)), .seconds(1)) }
}
