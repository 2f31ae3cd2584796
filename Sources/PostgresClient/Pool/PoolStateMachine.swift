import DequeModule

/// Decides who gets a connection, and when connections are made and closed.
///
/// It does no I/O, reads no clock and rolls no dice: it takes events and returns what to do. Times are durations since
/// any fixed moment.
struct PoolStateMachine {
    private let configuration: Configuration
    private var phase = Phase.initialized
    private var connections: [ConnectionID: ConnectionState] = [:]
    // The one used last is leased first, so that the others can go when there is little to do.
    private var idle: [ConnectionID] = []
    // Those who gave up stay in the queue, and are skipped, but not in the set.
    private var queue: Deque<(request: RequestID, since: Duration)> = []
    private var waiting: Set<RequestID> = []
    private var isLeaseTimeoutScheduled = false
    private var nextConnection = 0
    // Failures to connect in a row. While there are any, one connection at a time tries.
    private var failures = 0

    /// Whether connections are made.
    var isRunning: Bool {
        if case .running = self.phase { true } else { false }
    }

    /// How many connections there are, or are being made.
    var connectionCount: Int { self.connections.count }

    /// How many requests wait.
    var waitingCount: Int { self.waiting.count }

    init(_ configuration: Configuration) {
        self.configuration = configuration
    }

    // MARK: Requests

    /// Starts making connections.
    mutating func start() -> [Action] {
        guard case .initialized = self.phase else { return [] }
        self.phase = .running
        return self.growIfNeeded() + [.schedule(.idleSweep, self.sweepInterval)]
    }

    /// Leases a connection if one is free.
    ///
    /// Nobody is passed over: connections only are idle while nobody waits.
    mutating func leaseIdle() -> ConnectionID? {
        guard let connection = self.idle.popLast() else { return nil }
        self.connections[connection] = .leased
        return connection
    }

    /// Somebody wants a connection.
    mutating func request(_ request: RequestID, at now: Duration) -> [Action] {
        switch self.phase {
        case .shuttingDown, .finished:
            return [.refuse(request, .closed)]
        case .initialized, .running:
            break
        }
        if let connection = self.leaseIdle() { return [.lease(request, connection)] }
        self.queue.append((request, now))
        self.waiting.insert(request)
        return self.scheduleLeaseTimeout(at: now) + self.growIfNeeded()
    }

    /// Somebody does not want a connection any more.
    mutating func cancel(_ request: RequestID) -> [Action] {
        guard self.stopWaiting(request) else { return [] }
        return [.refuse(request, .cancelled)]
    }

    /// Somebody has finished with a connection.
    mutating func release(_ connection: ConnectionID) -> [Action] {
        guard case .leased = self.connections[connection] else { return [] }
        return self.offer(connection)
    }

    private mutating func stopWaiting(_ request: RequestID) -> Bool {
        guard self.waiting.remove(request) != nil else { return false }
        // During an outage nobody is served, so that nothing else would empty the queue.
        if self.queue.count > 2 * self.waiting.count + 32 {
            self.queue.removeAll { !self.waiting.contains($0.request) }
        }
        return true
    }

    // MARK: Connections

    /// A connection has been made.
    mutating func connected(_ connection: ConnectionID) -> [Action] {
        guard case .connecting = self.connections[connection] else { return [.close(connection)] }
        self.failures = 0
        return self.offer(connection) + self.growIfNeeded()
    }

    /// A connection could not be made.
    ///
    /// The random number, from 0 to 1, spreads the attempts of many clients.
    mutating func connectFailed(_ connection: ConnectionID, random: Double) -> [Action] {
        guard case .connecting = self.connections[connection] else { return [] }
        self.failures += 1
        guard case .running = self.phase, self.isNeeded, !self.isTrying(otherThan: connection) else {
            self.connections[connection] = nil
            return self.finishIfDone()
        }
        self.connections[connection] = .backingOff
        return [.schedule(.backoff(connection), self.backoff(random: random))]
    }

    /// A connection has ended, whatever it was doing.
    ///
    /// The random number, from 0 to 1, spreads the attempts of many clients.
    mutating func closed(_ connection: ConnectionID, random: Double) -> [Action] {
        switch self.connections[connection] {
        case nil:
            return []
        case .connecting, .idle:
            // Lost before anybody could use it: at once would mean again and again.
            self.idle.removeAll { $0 == connection }
            self.connections[connection] = .connecting
            return self.connectFailed(connection, random: random)
        case .backingOff, .leased, .closing:
            self.connections[connection] = nil
            return self.growIfNeeded() + self.finishIfDone()
        }
    }

    // MARK: Time

    mutating func fired(_ timer: Timer, at now: Duration) -> [Action] {
        switch timer {
        case .leaseTimeout:
            self.isLeaseTimeoutScheduled = false
            var actions: [Action] = []
            while let first = self.queue.first, now - first.since >= self.configuration.leaseTimeout {
                self.queue.removeFirst()
                if self.waiting.remove(first.request) != nil { actions.append(.refuse(first.request, .timeout)) }
            }
            return actions + self.scheduleLeaseTimeout(at: now)
        case .backoff(let connection):
            guard case .backingOff = self.connections[connection] else { return [] }
            guard self.isNeeded else {
                self.connections[connection] = nil
                return []
            }
            self.connections[connection] = .connecting
            return [.connect(connection)]
        case .idleSweep:
            return self.sweep()
        }
    }

    /// Comes back when whoever waits longest has waited too long.
    ///
    /// The timer is not cancelled when they are served: it fires to no avail, at most once in a timeout.
    private mutating func scheduleLeaseTimeout(at now: Duration) -> [Action] {
        guard !self.isLeaseTimeoutScheduled, let first = self.queue.first else { return [] }
        self.isLeaseTimeoutScheduled = true
        return [.schedule(.leaseTimeout, first.since + self.configuration.leaseTimeout - now)]
    }

    /// Closes connections that were idle during the whole of two intervals.
    private mutating func sweep() -> [Action] {
        guard case .running = self.phase else { return [] }
        var actions: [Action] = []
        var excess = self.connections.count - self.configuration.minimumConnections
        for connection in self.idle {
            guard case .idle(let sweeps) = self.connections[connection] else { continue }
            if sweeps > 0 && excess > 0 {
                excess -= 1
                self.connections[connection] = .closing
                actions.append(.close(connection))
            } else {
                self.connections[connection] = .idle(unusedSweeps: sweeps + 1)
            }
        }
        self.idle.removeAll { actions.contains(.close($0)) }
        actions.append(.schedule(.idleSweep, self.sweepInterval))
        return actions
    }

    // MARK: Shutting down

    /// Refuses everybody who waits, and closes connections as they come free.
    mutating func shutDown() -> [Action] {
        switch self.phase {
        case .shuttingDown, .finished: return []
        case .initialized, .running: break
        }
        self.phase = .shuttingDown
        var actions: [Action] = [.cancel(.idleSweep), .cancel(.leaseTimeout)]
        for (request, _) in self.queue where self.waiting.remove(request) != nil {
            actions.append(.refuse(request, .closed))
        }
        self.queue.removeAll()
        for connection in self.idle {
            self.connections[connection] = .closing
            actions.append(.close(connection))
        }
        self.idle.removeAll()
        for (connection, state) in self.connections {
            guard case .backingOff = state else { continue }
            self.connections[connection] = nil
            actions.append(.cancel(.backoff(connection)))
        }
        return actions + self.finishIfDone()
    }

    /// Closes connections that are still leased, too.
    mutating func shutDownNow() -> [Action] {
        var actions = self.shutDown()
        for (connection, state) in self.connections {
            guard case .leased = state else { continue }
            self.connections[connection] = .closing
            actions.append(.close(connection))
        }
        return actions
    }

    private mutating func finishIfDone() -> [Action] {
        guard case .shuttingDown = self.phase, self.connections.isEmpty else { return [] }
        self.phase = .finished
        return [.finish]
    }

    // MARK: Deciding

    /// Gives a free connection to whoever waits longest.
    private mutating func offer(_ connection: ConnectionID) -> [Action] {
        guard case .running = self.phase else {
            self.connections[connection] = .closing
            return [.close(connection)]
        }
        while let (request, _) = self.queue.popFirst() {
            guard self.waiting.remove(request) != nil else { continue }
            self.connections[connection] = .leased
            return [.lease(request, connection)]
        }
        self.connections[connection] = .idle(unusedSweeps: 0)
        self.idle.append(connection)
        return []
    }

    /// Makes connections for those who wait, and up to the minimum.
    private mutating func growIfNeeded() -> [Action] {
        guard case .running = self.phase else { return [] }
        var actions: [Action] = []
        var pending = self.connections.values.count(where: \.isPending)
        while self.connections.count < self.configuration.maximumConnections,
            pending < self.waiting.count || self.connections.count < self.configuration.minimumConnections,
            self.failures == 0 || pending == 0
        {
            self.nextConnection += 1
            pending += 1
            let connection = ConnectionID(value: self.nextConnection)
            self.connections[connection] = .connecting
            actions.append(.connect(connection))
        }
        return actions
    }

    /// Whether a connection that is being made has a use.
    private var isNeeded: Bool {
        !self.waiting.isEmpty || self.connections.count <= self.configuration.minimumConnections
    }

    private func isTrying(otherThan connection: ConnectionID) -> Bool {
        self.connections.contains { $0.key != connection && $0.value.isPending }
    }

    private func backoff(random: Double) -> Duration {
        let doublings = min(self.failures - 1, 30)
        let longest = min(self.configuration.minimumBackoff * (1 << doublings), self.configuration.maximumBackoff)
        return longest * (0.5 + random / 2)
    }

    private var sweepInterval: Duration { self.configuration.idleTimeout / 2 }
}
