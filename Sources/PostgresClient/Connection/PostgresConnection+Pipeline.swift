import CLibPQ
import PollExecutor
import Synchronization

// The I/O: what the state machine plans is sent, what libpq reports is handed to the state machine.
extension PostgresConnection {
    func nextRequest() -> PipelineStateMachine.RequestID {
        self.lastRequest += 1
        return PipelineStateMachine.RequestID(value: self.lastRequest)
    }

    // MARK: Sending

    func submit(
        _ statements: [PostgresStatement],
        as request: PipelineStateMachine.RequestID,
        _ completion: @escaping (Outcome) -> Void
    ) {
        guard let handle else {
            var error = self.closeError ?? PostgresError(.connectionClosed, "The connection was closed")
            error.outcomeIsUnknown = false
            return completion(.failure(error))
        }
        guard !statements.isEmpty else { return completion(.success([])) }
        self.requestsInFlight.add(1, ordering: .relaxed)
        if self.isHolding {
            let work = HeldRequest.Work.statements(statements, completion: completion)
            return self.held.append(HeldRequest(id: request, work: work))
        }
        self.send(statements, as: request, over: handle, completion)
    }

    private func send(
        _ statements: [PostgresStatement],
        as request: PipelineStateMachine.RequestID,
        over handle: ConnectionHandle,
        _ completion: @escaping (Outcome) -> Void
    ) {
        let keys = statements.map { statement in
            statement.isPrepared ? StatementKey(sql: statement.sql, types: statement.parameters.types) : nil
        }
        let commands = self.machine.submit(keys, as: request)
        self.requests[request] = Request(completion: completion)
        for command in commands where !self.send(command, of: statements, over: handle) {
            return self.end(self.loss(of: handle))
        }
        self.flush()
    }

    private func send(
        _ command: PipelineStateMachine.Command,
        of statements: [PostgresStatement],
        over handle: ConnectionHandle
    ) -> Bool {
        let pointer = handle.pointer
        switch command {
        case .prepare(let name, let index):
            let types = statements[index].parameters.types
            return PQsendPrepare(pointer, name, statements[index].sql, Int32(types.count), types) == 1
        case .executePrepared(let name, let index):
            return statements[index].parameters.withLibPQ { count, _, values, lengths, formats in
                PQsendQueryPrepared(pointer, name, count, values, lengths, formats, 1) == 1
            }
        case .execute(let index):
            return statements[index].parameters.withLibPQ { count, types, values, lengths, formats in
                PQsendQueryParams(pointer, statements[index].sql, count, types, values, lengths, formats, 1) == 1
            }
        case .deallocate(let name):
            return PQsendQueryParams(pointer, "DEALLOCATE \(name)", 0, nil, nil, nil, nil, 1) == 1
        case .sync:
            return PQpipelineSync(pointer) == 1
        }
    }

    /// Sends what had to wait, unless it must wait on.
    func releaseHeld() {
        while !self.isHolding, let handle, !self.held.isEmpty {
            let request = self.held.removeFirst()
            switch request.work {
            case .statements(let statements, let completion):
                self.send(statements, as: request.id, over: handle, completion)
            case .copy(let copy):
                self.begin(copy)
            }
        }
        self.becomeIdle()
    }

    /// Sends what there is to be sent, and returns whether some of it must wait.
    @discardableResult
    func flush() -> Bool {
        guard let handle, let registration else { return false }
        switch PQflush(handle.pointer) {
        case 0:
            self.executor.update(registration, interest: .read)
            return false
        case 1:
            // Reading goes on meanwhile: a server that cannot get rid of its answers takes no more requests.
            self.executor.update(registration, interest: [.read, .write])
            return true
        default:
            // libpq has thrown away what it could not send: nothing that follows would make sense to the server.
            self.endAfterLastWords(of: handle)
            return false
        }
    }

    // MARK: Receiving

    func socketIsReady(_ readiness: PollReadiness) {
        if readiness != .write { self.receive() }
        guard readiness.contains(.write) || self.machine.isExpectingAnswers || self.copy != nil else { return }
        if !self.flush() { self.copyIsFlushed() }
    }

    func receive() {
        guard let handle else { return }
        let notices = self.copy == nil ? 0 : self.takeNotices(from: handle)
        let isAlive = PQconsumeInput(handle.pointer) == 1
        var previousWasEnd = false
        while self.handle != nil, self.machine.isExpectingAnswers, PQisBusy(handle.pointer) == 0 {
            let result = PQgetResult(handle.pointer)
            // Two ends in a row mean that libpq has nothing to say until more input comes.
            if result == nil && previousWasEnd { break }
            previousWasEnd = result == nil
            self.take(result, from: handle)
        }
        if self.copy != nil, self.handle != nil { self.receiveCopy(over: handle, noticesBefore: notices) }
        // Also when nobody listens: libpq keeps them until they are taken.
        while self.handle != nil, let notification = PQnotifies(handle.pointer) {
            if let onNotification { onNotification(PostgresNotification(notification)) }
            PQfreemem(notification)
        }
        if self.handle != nil, !isAlive || handle.isBroken { self.end(self.loss(of: handle)) }
    }

    private func take(_ pointer: OpaquePointer?, from handle: ConnectionHandle) {
        guard let pointer else { return self.perform(self.machine.receive(.end)) }
        let result = PostgresResult(pointer)
        switch PQresultStatus(pointer) {
        case PGRES_TUPLES_OK, PGRES_COMMAND_OK, PGRES_EMPTY_QUERY:
            self.perform(self.machine.receive(.success), result: result)
        case PGRES_FATAL_ERROR:
            if handle.isBroken || PostgresError.isLastWord(pointer) {
                return self.end(PostgresError(.connectionLost, result: pointer))
            }
            var error = PostgresError(.queryFailed, result: pointer)
            let isPlanUnusable = error.isStalePlan || error.sqlState == .invalidStatementName
            if error.sqlState == .invalidStatementName { error.message += PostgresError.forgottenStatement }
            self.perform(self.machine.receive(.failure(isPlanUnusable: isPlanUnusable)), error: error)
        case PGRES_PIPELINE_ABORTED:
            self.perform(self.machine.receive(.skipped))
        case PGRES_PIPELINE_SYNC:
            self.isInTransaction.store(PQtransactionStatus(handle.pointer) != PQTRANS_IDLE, ordering: .relaxed)
            self.perform(self.machine.receive(.sync))
        default:
            self.end(
                PostgresError(.connectionLost, "A statement cannot be COPY, which ends the connection: use copyIn")
            )
        }
        // The result may hold what the pointer's readers above returned copies of.
        withExtendedLifetime(result) {}
    }

    private func perform(
        _ action: PipelineStateMachine.Action,
        result: PostgresResult? = nil,
        error: PostgresError? = nil
    ) {
        switch action {
        case .none:
            break
        case .append(let request):
            if let result { self.requests[request]?.results.append(result) }
        case .fail(let request):
            // The first error is the cause; a later one can only say that there was one.
            if self.requests[request]?.error == nil { self.requests[request]?.error = error }
        case .complete(let request):
            self.requestsInFlight.subtract(1, ordering: .relaxed)
            let state = self.requests.removeValue(forKey: request)
            if let cancellation, cancellation.request == request { self.requestHasSettled() }
            self.becomeIdle()
            if let state { state.completion?(state.outcome) }
        case .violation:
            self.end(PostgresError(.connectionLost, "The server's answers are out of order"))
        }
    }

    private func becomeIdle() {
        guard !self.onIdle.isEmpty, self.isIdle || self.handle == nil else { return }
        let waiting = self.onIdle
        self.onIdle.removeAll()
        for body in waiting { body() }
    }

    // MARK: Ending

    func end(_ error: PostgresError) {
        guard self.handle != nil else { return }
        if let registration { self.executor.cancel(registration) }
        self.registration = nil
        self.handle = nil
        self.closeError = error
        let requests = self.requests.sorted { $0.key.value < $1.key.value }
        self.requests.removeAll()
        let held = self.held
        self.held.removeAll()
        self.stopCancelling()
        self.stopWatchingCopy()
        let copy = self.copy.take()
        self.requestsInFlight.store(0, ordering: .relaxed)
        self.isInTransaction.store(false, ordering: .relaxed)
        // The owner first: whoever is told next may hand the connection back.
        let onClose = self.onClose
        self.onClose.removeAll()
        for body in onClose { body(error) }
        for (_, request) in requests {
            var failure = request.interruption?.error(underlyingError: error) ?? error
            failure.outcomeIsUnknown = true
            request.completion?(.failure(failure))
        }
        for request in held { request.fail(error) }
        copy?.end(error)
        self.becomeIdle()
    }

    /// Ends a connection over which nothing more can be sent; what the server said last may still be there to be read.
    func endAfterLastWords(of handle: ConnectionHandle) {
        self.receive()
        if self.handle != nil { self.end(self.loss(of: handle)) }
    }

    /// Why the connection is gone: the server's last words if there were any.
    func loss(of handle: ConnectionHandle) -> PostgresError {
        if let farewell = handle.notices.lastFatalError { return farewell }
        let message = handle.errorMessage
        return PostgresError(.connectionLost, message.isEmpty ? "The connection to the server was lost" : message)
    }
}

extension PostgresConnection.Request {
    /// How the request ended, once all of it has been answered.
    fileprivate var outcome: PostgresConnection.Outcome {
        guard let error else { return .success(self.results) }
        return .failure(self.interruption?.explaining(error) ?? error)
    }
}
