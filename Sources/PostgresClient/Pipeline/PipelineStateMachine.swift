import DequeModule

/// Matches the answers of a connection in pipeline mode to the requests they belong to.
///
/// A request is some statements and one Sync: one round trip and, outside an explicit transaction, one transaction.
/// Requests are answered in the order in which they were sent. An error makes the server skip the rest of its request
/// and nothing else.
struct PipelineStateMachine {
    /// Names a request.
    struct RequestID: Hashable, Sendable {
        let value: UInt64
    }

    /// What to send, in order.
    enum Command: Equatable {
        case prepare(name: String, statement: Int)
        case executePrepared(name: String, statement: Int)
        /// Parse and run in one go, without keeping the statement.
        case execute(statement: Int)
        case deallocate(name: String)
        case sync
    }

    /// What the library reported.
    enum Event: Equatable {
        case success
        case failure(isPlanUnusable: Bool)
        case skipped
        /// No more results for the command.
        case end
        case sync
    }

    /// What to do with what was reported.
    enum Action: Equatable {
        case none
        /// Keep the result as the request's next one.
        case append(RequestID)
        /// Keep the error as the request's error, unless it has one.
        case fail(RequestID)
        /// The request is over.
        case complete(RequestID)
        /// The answers make no sense; nothing that follows can be trusted.
        case violation
    }

    private enum Expectation {
        case prepare(StatementKey, RequestID)
        case execute(StatementKey?, RequestID)
        case deallocate(name: String)
        case sync(RequestID?)
    }

    private var cache: PreparedStatementCache
    private var expectations: Deque<Expectation> = []
    // The first expectation has had its result and waits for the end.
    private var isAwaitingEnd = false
    // Evicted statements that the server still keeps.
    private var evicted: [String] = []

    /// How many requests wait for answers.
    private(set) var requestsInFlight = 0

    /// Whether more answers are to come.
    var isExpectingAnswers: Bool { !self.expectations.isEmpty }

    init(preparedStatementCapacity: Int, namePrefix: String = "s") {
        self.cache = PreparedStatementCache(capacity: preparedStatementCapacity, namePrefix: namePrefix)
    }

    // MARK: Sending

    /// Plans a request; a statement without a key is not kept by the server.
    mutating func submit(_ statements: [StatementKey?], as request: RequestID) -> [Command] {
        self.requestsInFlight += 1
        var commands: [Command] = []
        commands.reserveCapacity(statements.count + 2)
        // Prepared by this very request: whatever makes the preparation fail makes the use be skipped.
        var own: Set<StatementKey> = []
        for (index, key) in statements.enumerated() {
            guard let key, self.cache.capacity > 0 else {
                commands.append(.execute(statement: index))
                self.expectations.append(.execute(nil, request))
                continue
            }
            if let entry = self.cache.use(key) {
                if entry.isConfirmed || own.contains(key) {
                    commands.append(.executePrepared(name: entry.name, statement: index))
                    self.expectations.append(.execute(key, request))
                } else {
                    // Another request's preparation is under way and may still be skipped after an error there.
                    commands.append(.execute(statement: index))
                    self.expectations.append(.execute(nil, request))
                }
            } else {
                let name = self.cache.insert(key)
                own.insert(key)
                commands.append(.prepare(name: name, statement: index))
                commands.append(.executePrepared(name: name, statement: index))
                self.expectations.append(.prepare(key, request))
                self.expectations.append(.execute(key, request))
            }
        }
        commands.append(.sync)
        self.expectations.append(.sync(request))
        if !own.isEmpty { self.deallocateEvicted(&commands) }
        return commands
    }

    /// Has the server forget evicted statements.
    ///
    /// Behind the request and with a Sync of their own, so that they touch nobody's transaction.
    private mutating func deallocateEvicted(_ commands: inout [Command]) {
        while let entry = self.cache.evict() { self.evicted.append(entry.name) }
        for name in self.evicted {
            commands.append(.deallocate(name: name))
            commands.append(.sync)
            self.expectations.append(.deallocate(name: name))
            self.expectations.append(.sync(nil))
        }
        self.evicted.removeAll()
    }

    // MARK: Receiving

    /// Takes one report of the library.
    mutating func receive(_ event: Event) -> Action {
        guard let expectation = self.expectations.first else {
            return event == .end ? .none : .violation
        }
        switch (expectation, event) {
        case (.sync(let request), .sync):
            self.advance()
            guard let request else { return .none }
            self.requestsInFlight -= 1
            return .complete(request)
        case (.sync(let request), .failure):
            // A constraint that was deferred to the end of the transaction. The Sync itself is still to come.
            return request.map { .fail($0) } ?? .none
        case (.sync, .end):
            return .none
        case (_, .end):
            guard self.isAwaitingEnd else { return .violation }
            self.advance()
            return .none
        case (.sync, _), (_, .sync):
            return .violation
        case (_, .success), (_, .failure), (_, .skipped):
            if self.isAwaitingEnd { return .violation }
            self.isAwaitingEnd = true
            return self.conclude(expectation, event)
        }
    }

    private mutating func conclude(_ expectation: Expectation, _ event: Event) -> Action {
        switch (expectation, event) {
        case (.prepare(let key, _), .success):
            self.cache.confirm(key)
            return .none
        case (.prepare(let key, let request), _):
            _ = self.cache.remove(key)
            return event == .skipped ? .none : .fail(request)
        case (.execute(_, let request), .success):
            return .append(request)
        case (.execute(let key, let request), .failure(let isPlanUnusable)):
            if isPlanUnusable, let key, let entry = self.cache.remove(key) { self.evicted.append(entry.name) }
            return .fail(request)
        case (.execute, _):
            return .none
        case (.deallocate, .success), (.deallocate, .failure(isPlanUnusable: true)):
            return .none
        case (.deallocate(let name), _):
            // The transaction around it has failed. It can wait for the next time.
            self.evicted.append(name)
            return .none
        case (.sync, _):
            return .violation
        }
    }

    private mutating func advance() {
        self.expectations.removeFirst()
        self.isAwaitingEnd = false
    }
}
