import CLibPQ
import PollExecutor
import Synchronization

// COPY is not possible in libpq's pipeline mode: the connection leaves it for that long, and others' requests are held.
//
// The server stores what it has got when it reads the end of the data, and not before. So when libpq fails to take data,
// it must never be told to send that end: the server is to throw everything away, or the connection ends, which makes
// the server do so too.
extension PostgresConnection {
    // MARK: For the caller

    /// Starts a COPY when its turn comes, and waits until the server wants data.
    func beginCopy(_ sql: String, as id: PipelineStateMachine.RequestID) async throws(PostgresError) {
        guard self.handle != nil else { throw self.copyLoss }
        // Whoever cancels the task from here on finds the COPY.
        guard !Task.isCancelled else { throw .cancelledBeforeSending }
        let result: Result<Int, PostgresError> = await withUnsafeContinuation { continuation in
            var copy = CopyIn(id: id, sql: sql)
            copy.waiter = { continuation.resume(returning: $0) }
            self.requestsInFlight.add(1, ordering: .relaxed)
            if self.isHolding {
                self.held.append(HeldRequest(id: id, work: .copy(copy)))
            } else {
                self.begin(copy)
            }
        }
        _ = try result.get()
    }

    /// Hands over data, and waits while the server takes it more slowly than it comes.
    ///
    /// Returns false when the server does not want any more: it has an error to tell.
    func sendCopyData(_ bytes: [UInt8]) async throws(PostgresError) -> Bool {
        // libpq keeps a copy of what it cannot send at once, and the server takes a gigabyte at a time at most.
        for start in stride(from: 0, to: bytes.count, by: Self.copyPiece) {
            let piece = bytes[start..<min(start + Self.copyPiece, bytes.count)]
            if try await !self.sendCopyPiece(piece) { return false }
        }
        return true
    }

    private static var copyPiece: Int { 1 << 20 }

    private func sendCopyPiece(_ bytes: ArraySlice<UInt8>) async throws(PostgresError) -> Bool {
        try await self.lookBeforeSending()
        guard let handle else { throw self.copyLoss }
        guard case .sending = self.copy?.phase else { return false }
        let isTaken = bytes.withUnsafeBytes { buffer in
            PQputCopyData(handle.pointer, buffer.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(buffer.count))
        }
        switch isTaken {
        case 1:
            break
        case 0:
            // It has no memory for the piece and has sent nothing of it; the server waits for more.
            let error = PostgresError(.outOfResources, "libpq has no memory for the data: \(handle.errorMessage)")
            self.putCopyEnd("the client is out of memory")
            throw error
        default:
            // Nobody knows how much of the piece is on its way.
            self.endAfterLastWords(of: handle)
            throw self.copyLoss
        }
        guard self.flush(), case .sending = self.copy?.phase else { return true }
        _ = try await self.nextStep().get()
        return true
    }

    /// Ends the COPY and waits for the server's verdict; with a reason, the server throws all of it away.
    func finishCopy(abort reason: String? = nil) async throws(PostgresError) -> Int {
        guard let copy else { throw self.copyLoss }
        let outcome: Result<Int, PostgresError>
        if copy.isOver {
            outcome = copy.outcome
        } else {
            // Whoever waits is told by the end of the connection too, so it must be there before.
            outcome = await self.nextStep { self.putCopyEnd(reason) }
        }
        // Unless the connection has ended, and the COPY with it.
        if self.copy != nil { self.closeCopy() }
        return try outcome.get()
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
            self.copy?.resume()
        }
        // The server may be waiting for a lock rather than for the end of the data. Or it has ended it by now.
        if self.copy?.isOver == false, self.cancellation == nil { self.startCancelling(id) }
    }

    // MARK: Steps

    /// Waits until the COPY goes on, or is over; only while there is one.
    func nextStep(_ start: () -> Void = {}) async -> Result<Int, PostgresError> {
        await withUnsafeContinuation { continuation in
            self.copy?.waiter = { continuation.resume(returning: $0) }
            start()
        }
    }

    /// The error of who comes when the connection has ended, without having sent the end of the data.
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

    /// Says that there is no more data; with a reason, the server throws all of it away.
    func putCopyEnd(_ reason: String?) {
        guard let handle, case .sending = self.copy?.phase else { return }
        self.stopWatchingCopy()
        self.copy?.phase = reason == nil ? .finishing : .aborting
        if PQputCopyEnd(handle.pointer, reason) == 1 {
            self.flush()
            // libpq may have read the server's verdict long ago and kept it until now: nothing more may come.
            self.receive()
        } else {
            // Nobody knows what the server gets to read. Without the connection, it throws away what it has got.
            self.endAfterLastWords(of: handle)
        }
    }

    /// Whoever waits for room goes on once all has been sent, and what the server has said is no error.
    func copyIsFlushed() {
        guard case .sending = self.copy?.phase, self.copy?.gap == nil else { return }
        self.copy?.resume()
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
                if copy.interruption != nil { self.putCopyEnd("the task was cancelled") }
                return self.copy?.resume() ?? ()
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
        if case .starting = self.copy?.phase, self.copy?.error == nil {
            self.copy?.error = PostgresError(.invalidStatement, "The statement is not COPY … FROM STDIN")
        }
        self.copy?.isOver = true
        if let cancellation, cancellation.request == self.copy?.id { self.requestHasSettled() }
        // A cancel request that may come late has ended the connection just now, and that has told the caller.
        guard let copy else { return }
        switch copy.phase {
        case .starting:
            // It never came to data: whoever started it gets the reason.
            self.closeCopy()
            copy.waiter?(copy.outcome)
        case .waiting, .sending, .finishing, .aborting:
            self.copy?.resume(copy.outcome)
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
