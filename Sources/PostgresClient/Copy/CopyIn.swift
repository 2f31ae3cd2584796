import PollExecutor

/// A COPY that is under way, which has the connection for itself.
struct CopyIn {
    enum Phase {
        /// Others' answers are still to come.
        case waiting
        /// Sent; the server has not agreed yet.
        case starting
        /// It is the client's turn.
        case sending
        /// All is sent; the server has not confirmed yet.
        case finishing
        /// The server is to throw away what it has got, and has not confirmed yet.
        case aborting
    }

    let id: PipelineStateMachine.RequestID
    let sql: String
    var phase = Phase.waiting
    // Whoever waits for the next step; there is one caller, which does one thing at a time.
    var waiter: ((Result<Int, PostgresError>) -> Void)?
    var interruption: Interruption?
    // Fires when something has come that is no notice, and then nothing more for a while.
    var gap: PollTimer?
    var rows = 0
    var error: PostgresError?
    // The server has said all it had to say.
    var isOver = false

    /// How it ended: with the number of rows, if well.
    var outcome: Result<Int, PostgresError> {
        guard let error else { return .success(self.rows) }
        return .failure(self.interruption?.explaining(error) ?? error)
    }

    /// Lets the caller go on; the number of rows only matters when all is over.
    mutating func resume(_ result: Result<Int, PostgresError> = .success(0)) {
        if let waiter = self.waiter.take() { waiter(result) }
    }

    /// The connection has ended.
    func end(_ error: PostgresError) {
        guard let waiter else { return }
        if self.isOver { return waiter(self.outcome) }
        var failure = self.interruption?.error(underlyingError: error) ?? error
        // Without the end of the data, the server keeps nothing.
        if case .finishing = self.phase { failure.outcomeIsUnknown = true }
        waiter(.failure(failure))
    }
}
