import Logging
import PollExecutor
import Synchronization

// A cancel request names a session, not a statement: it hits whatever runs when it arrives. So it is only sent for
// statements that are alone on the connection, and nothing else is sent until the server has acted on it. From then on
// the server ignores it when it finds nothing to cancel.
extension PostgresConnection {
    /// Ends a request before its time.
    func interrupt(_ id: PipelineStateMachine.RequestID, _ interruption: Interruption) {
        if self.dropHeld(id, interruption) { return }
        guard let request = self.requests[id], request.interruption == nil else { return }
        self.requests[id]?.interruption = interruption
        if self.machine.requestsInFlight == 1 && !self.isHolding { return self.startCancelling(id) }
        guard let completion = self.requests[id]?.completion.take() else { return }
        var error = interruption.error()
        error.outcomeIsUnknown = true
        completion(.failure(error))
    }

    /// Ends a request that waits to be sent; returns false when there is none by that name.
    func dropHeld(_ id: PipelineStateMachine.RequestID, _ interruption: Interruption) -> Bool {
        guard let index = self.held.firstIndex(where: { $0.id == id }) else { return false }
        let request = self.held.remove(at: index)
        self.requestsInFlight.subtract(1, ordering: .relaxed)
        request.fail(interruption.errorBeforeSending)
        return true
    }

    /// Asks the server to cancel what it is doing, again and again until that is over.
    func startCancelling(_ id: PipelineStateMachine.RequestID) {
        let deadline = self.executor.schedule(after: self.cancellationTimeout) { [weak self] in
            self?.assumeIsolated { $0.cancellationIsOverdue() }
        }
        self.cancellation = Cancellation(request: id, deadline: deadline)
        self.requestsInFlight.add(1, ordering: .relaxed)
        self.sendCancelRequest()
    }

    private func sendCancelRequest() {
        guard let handle, let id = self.cancellation?.request else { return }
        self.cancellation?.attempts += 1
        self.cancellation?.isUnderWay = true
        guard let request = CancelRequest(handle) else {
            return self.cancelRequestReturned(id, .notSent("out of memory"))
        }
        let executor = self.executor
        // It connects to the server, and waits.
        do throws(PollExecutorError) {
            try BlockingThread.start(name: "pg-cancel") { [weak self] in
                let result = request.send()
                executor.execute { [weak self] in self?.assumeIsolated { $0.cancelRequestReturned(id, result) } }
            }
        } catch {
            self.cancelRequestReturned(id, .notSent(error.message))
        }
    }

    private func cancelRequestReturned(_ id: PipelineStateMachine.RequestID, _ result: CancelRequest.Result) {
        guard let cancellation, cancellation.request == id else { return }
        switch result {
        case .processed: break
        case .notSent(let problem): self.logger.debug("No cancel request could be sent to PostgreSQL: \(problem)")
        case .lost(let problem):
            self.logger.debug("A cancel request to PostgreSQL was lost: \(problem)")
            self.cancellation?.mayComeLate = true
        }
        self.cancellation?.isUnderWay = false
        if cancellation.hasSettled { return self.finishCancelling() }
        self.cancellation?.retry = self.executor.schedule(after: cancellation.retryDelay) { [weak self] in
            self?.assumeIsolated { $0.sendCancelRequest() }
        }
    }

    /// The statements to be cancelled are over.
    func requestHasSettled() {
        self.cancellation?.hasSettled = true
        if self.cancellation?.isUnderWay == false { self.finishCancelling() }
    }

    private func finishCancelling() {
        if self.cancellation?.mayComeLate == true {
            return self.end(PostgresError(.connectionLost, "A cancel request was lost and may come late"))
        }
        self.stopCancelling()
        self.requestsInFlight.subtract(1, ordering: .relaxed)
        self.releaseHeld()
    }

    private func cancellationIsOverdue() {
        self.end(
            PostgresError(
                .connectionLost,
                "The server did not answer a cancel request within \(self.cancellationTimeout)"
            )
        )
    }

    func stopCancelling() {
        guard let cancellation = self.cancellation.take() else { return }
        self.executor.cancel(cancellation.deadline)
        if let retry = cancellation.retry { self.executor.cancel(retry) }
    }
}
