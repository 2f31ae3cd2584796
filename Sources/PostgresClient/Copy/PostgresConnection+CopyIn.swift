import CLibPQ
import PollExecutor
import Synchronization

// COPY is not possible in libpq's pipeline mode: the connection leaves it for that long, and others' requests are held.
extension PostgresConnection {
    // MARK: For the caller

    /// Starts a COPY when its turn comes, and waits until the server wants data.
    func beginCopy(_ sql: String, as id: PipelineStateMachine.RequestID) async throws(PostgresError) {
        guard self.handle != nil else { throw self.copyLoss }
        // Whoever cancels the task from here on finds the COPY.
        guard !Task.isCancelled else { throw .cancelledBeforeSending }
        let result: Result<Void, PostgresError> = await withUnsafeContinuation { continuation in
            var copy = CopyIn(id: id, sql: sql)
            copy.waiter = { continuation.resume(returning: $0) }
            self.requestsInFlight.add(1, ordering: .relaxed)
            if self.isHolding {
                self.held.append(HeldRequest(id: id, work: .copy(copy)))
            } else {
                self.begin(copy)
            }
        }
        try result.get()
    }

    /// Hands over data, and waits while the server takes it more slowly than it comes.
    ///
    /// Returns false when the server does not want any more: it has an error to tell.
    func sendCopyData(_ bytes: [UInt8]) async throws(PostgresError) -> Bool {
        guard let handle else { throw self.copyLoss }
        guard case .sending = self.copy?.phase else { return false }
        let isTaken = bytes.withUnsafeBytes { buffer in
            PQputCopyData(handle.pointer, buffer.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(buffer.count))
        }
        guard isTaken == 1 else {
            self.receive()
            return false
        }
        self.flush()
        guard PQflush(handle.pointer) == 1, self.handle != nil else { return true }
        try await self.nextStep {}
        return true
    }

    /// Ends the COPY and waits for the server's verdict; with a reason, the server throws all of it away.
    func finishCopy(abort reason: String? = nil) async throws(PostgresError) -> Int {
        guard self.handle != nil else { throw self.copyLoss }
        self.putCopyEnd(reason)
        if self.copy?.isOver == false { try await self.nextStep {} }
        guard let copy else { throw self.copyLoss }
        self.closeCopy()
        try copy.outcome.get()
        return copy.rows
    }

    /// Ends the COPY because the task was cancelled.
    func interruptCopy(_ id: PipelineStateMachine.RequestID) {
        if self.dropHeld(id, .cancelled) { return }
        guard let copy, copy.id == id, copy.interruption == nil, !copy.isOver else { return }
        if case .waiting = copy.phase {
            self.closeCopy()
            return copy.waiter?(.failure(Interruption.cancelled.errorBeforeSending)) ?? ()
        }
        self.copy?.interruption = .cancelled
        if case .sending = copy.phase {
            self.putCopyEnd("the task was cancelled")
            self.copy?.resume(.success(()))
        }
        // The server may be waiting for a lock rather than for the end of the data.
        if self.cancellation == nil { self.startCancelling(id) }
    }

    // MARK: Steps

    private func nextStep(_ begin: () -> Void) async throws(PostgresError) {
        let result: Result<Void, PostgresError> = await withUnsafeContinuation { continuation in
            self.copy?.waiter = { continuation.resume(returning: $0) }
            begin()
        }
        try result.get()
    }

    private var copyLoss: PostgresError {
        var error = self.closeError ?? PostgresError(.connectionClosed, "The connection was closed")
        error.outcomeIsUnknown = false
        return error
    }

    /// Gives a COPY the connection for itself; it starts when all that was sent before has been answered.
    func begin(_ copy: CopyIn) {
        self.copy = copy
        if !self.machine.isExpectingAnswers { self.startCopy() }
    }

    private func startCopy() {
        guard let handle, let copy, case .waiting = copy.phase else { return }
        guard PQexitPipelineMode(handle.pointer) == 1, PQsendQuery(handle.pointer, copy.sql) == 1 else {
            return self.end(self.loss(of: handle))
        }
        self.copy?.phase = .starting
        self.flush()
    }

    func putCopyEnd(_ reason: String?) {
        guard let handle, case .sending = self.copy?.phase else { return }
        self.stopWatchingCopy()
        self.copy?.phase = .finishing
        // A failure means that the server has an error to tell already.
        _ = PQputCopyEnd(handle.pointer, reason)
        self.flush()
    }

    /// Whoever waits for room goes on once all has been sent.
    func resumeCopyIfFlushed() {
        guard let handle, case .sending = self.copy?.phase, PQflush(handle.pointer) == 0 else { return }
        self.copy?.resume(.success(()))
    }

    func receiveCopy(over handle: ConnectionHandle, noticesBefore: Int) {
        if case .waiting = self.copy?.phase {
            if !self.machine.isExpectingAnswers { self.startCopy() }
            return
        }
        if case .sending = self.copy?.phase { self.watchCopy(over: handle, noticesBefore: noticesBefore) }
        while self.handle != nil, let copy, !copy.isOver, PQisBusy(handle.pointer) == 0 {
            guard let pointer = PQgetResult(handle.pointer) else { return self.copyIsOver(on: handle) }
            defer { PQclear(pointer) }
            switch PQresultStatus(pointer) {
            case PGRES_COPY_IN:
                guard case .starting = copy.phase else { return }
                self.copy?.phase = .sending
                return self.copy?.resume(.success(())) ?? ()
            case PGRES_COMMAND_OK:
                self.copy?.rows = PQcmdTuples(pointer).flatMap { Int(String(cString: $0)) } ?? 0
            case PGRES_FATAL_ERROR:
                if PostgresError.isLastWord(pointer) {
                    return self.end(PostgresError(.connectionLost, result: pointer))
                }
                if handle.isBroken { return self.end(self.loss(of: handle)) }
                self.copy?.error = PostgresError(.queryFailed, result: pointer)
            case PGRES_COPY_OUT, PGRES_COPY_BOTH:
                return self.end(PostgresError(.connectionLost, "Only COPY … FROM STDIN is supported"))
            default:
                self.copy?.error = PostgresError(.invalidStatement, "The statement is not COPY … FROM STDIN")
            }
        }
    }

    private func copyIsOver(on handle: ConnectionHandle) {
        guard PQenterPipelineMode(handle.pointer) == 1 else { return self.end(self.loss(of: handle)) }
        self.isInTransaction.store(PQtransactionStatus(handle.pointer) != PQTRANS_IDLE, ordering: .relaxed)
        guard let copy else { return }
        self.copy?.isOver = true
        if let cancellation, cancellation.request == copy.id { self.requestHasSettled() }
        switch copy.phase {
        case .starting:
            // It never came to data: whoever started it gets the reason.
            let failure = PostgresError(.invalidStatement, "The statement is not COPY … FROM STDIN")
            self.closeCopy()
            copy.waiter?(copy.error == nil ? .failure(failure) : copy.outcome)
        case .waiting, .sending, .finishing:
            self.copy?.resume(.success(()))
        }
    }

    /// Lets others use the connection again.
    private func closeCopy() {
        self.stopWatchingCopy()
        self.copy = nil
        self.requestsInFlight.subtract(1, ordering: .relaxed)
        self.releaseHeld()
    }
}
