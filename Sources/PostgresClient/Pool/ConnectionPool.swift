import Locking
import Logging
import PollExecutor
import ServiceLifecycle
import Synchronization

/// Performs what the ``PoolStateMachine`` decides.
final class ConnectionPool: Sendable {
    typealias ConnectionID = PoolStateMachine.ConnectionID
    typealias RequestID = PoolStateMachine.RequestID

    /// A connection on loan.
    struct Lease: Sendable {
        let id: ConnectionID
        let connection: PostgresConnection
    }

    private enum Command: Sendable {
        case connect(ConnectionID)
        case stopConnecting
    }

    private typealias LeaseContinuation = UnsafeContinuation<Result<Lease, PostgresError>, Never>

    /// Who wants a connection.
    private enum Waiter {
        case caller(LeaseContinuation)
        case request(PendingRequest)
    }

    private struct State {
        var machine: PoolStateMachine
        var connections: [ConnectionID: PostgresConnection] = [:]
        var waiters: [RequestID: Waiter] = [:]
        var lastConnectError: PostgresError?
        var hasRun = false
    }

    let executor: PollExecutor
    private let configuration: PostgresConfiguration
    private let logger: Logger
    private let timers: PoolTimers
    private let state: Locked<State>
    private let lastRequest = Atomic(0)
    private let epoch = ContinuousClock.now
    private let commands: AsyncStream<Command>
    private let commander: AsyncStream<Command>.Continuation

    init(_ configuration: PostgresConfiguration, logger: Logger) throws(PostgresError) {
        self.executor = try .postgres()
        self.configuration = configuration
        self.logger = logger
        self.timers = PoolTimers(executor: self.executor)
        self.state = Locked(State(machine: PoolStateMachine(PoolStateMachine.Configuration(configuration))))
        (self.commands, self.commander) = AsyncStream.makeStream()
    }

    // MARK: Running

    /// Makes connections until the service is shut down.
    func run() async throws(PostgresError) {
        let isFirst = self.state.withLock { state in
            defer { state.hasRun = true }
            return !state.hasRun
        }
        guard isFirst else { throw PostgresError(.alreadyRunning, "A client runs once; make another one") }
        await withTaskCancellationHandler {
            await withGracefulShutdownHandler {
                await self.connectOnCommand()
            } onGracefulShutdown: {
                self.commander.yield(.stopConnecting)
                self.change { $0.machine.shutDown() }
            }
        } onCancel: {
            self.change { $0.machine.shutDownNow() }
        }
        // The loop also ends when the task is cancelled before it began.
        self.change { $0.machine.shutDownNow() }
    }

    private func connectOnCommand() async {
        await withDiscardingTaskGroup { group in
            self.change { $0.machine.start() }
            for await command in self.commands {
                switch command {
                case .connect(let id): group.addTask { await self.connect(id) }
                case .stopConnecting: group.cancelAll()
                }
            }
        }
    }

    private func connect(_ id: ConnectionID) async {
        do throws(PostgresError) {
            let connection = try await PostgresConnection.connect(
                self.configuration,
                executor: self.executor,
                logger: self.logger
            )
            let recovered = self.state.withLock { state in
                state.connections[id] = connection
                return state.lastConnectError.take() != nil
            }
            if recovered { self.logger.info("PostgreSQL can be reached again") }
            await connection.whenClosed { [weak self] error in self?.connectionClosed(id, error) }
            self.change { $0.machine.connected(id) }
        } catch {
            let isFirst = self.state.withLock { state in
                defer { state.lastConnectError = error }
                return state.lastConnectError == nil
            }
            if error.code != .cancelled {
                self.logger.log(level: isFirst ? .info : .debug, "PostgreSQL cannot be reached: \(error)")
            }
            self.change { $0.machine.connectFailed(id, random: .random(in: 0...1)) }
        }
    }

    private func connectionClosed(_ id: ConnectionID, _ error: PostgresError) {
        if error.code != .connectionClosed { self.logger.debug("A connection to PostgreSQL ended: \(error)") }
        self.change { state in
            state.connections[id] = nil
            return state.machine.closed(id, random: .random(in: 0...1))
        }
    }

    // MARK: Leasing

    func lease(isolation: isolated (any Actor)? = #isolation) async throws(PostgresError) -> Lease {
        let free = self.state.withLock { state in
            state.machine.leaseIdle().flatMap { id in state.connections[id].map { Lease(id: id, connection: $0) } }
        }
        if let free { return free }
        let request = self.nextRequest()
        let result = await withTaskCancellationHandler {
            await withUnsafeContinuation(isolation: isolation) { self.wait(.caller($0), as: request) }
        } onCancel: {
            self.change { $0.machine.cancel(request) }
        }
        // ThreadSanitizer does not see what a continuation orders.
        self.state.withLock { _ in }
        return try result.get()
    }

    /// Runs statements on the next free connection.
    ///
    /// They start on the thread of the connections, at the moment when one comes free: it does not stand idle while the
    /// caller's task is woken and hops there.
    func execute(
        _ statements: [PostgresStatement],
        timeout: Duration?
    ) async throws(PostgresError) -> [PostgresResult] {
        let pending = try PendingRequest(statements, timeout: timeout)
        let request = self.nextRequest()
        let outcome = await pending.outcome {
            self.wait(.request(pending), as: request)
        } onCancel: {
            self.change { $0.machine.cancel(request) }
            self.executor.execute { pending.interrupt(.cancelled) }
        }
        return try outcome.get()
    }

    private func nextRequest() -> RequestID {
        RequestID(value: self.lastRequest.add(1, ordering: .relaxed).newValue)
    }

    private func wait(_ waiter: Waiter, as request: RequestID) {
        let now = self.now
        self.change { state in
            state.waiters[request] = waiter
            let actions = state.machine.request(request, at: now)
            // The cancellation handler may have run before there was anything to cancel.
            return Task.isCancelled ? actions + state.machine.cancel(request) : actions
        }
    }

    private var now: Duration { self.epoch.duration(to: .now) }

    func release(_ lease: Lease) {
        if lease.connection.isReusable { return self.change { $0.machine.release(lease.id) } }
        // Somebody went away in the middle, or left a transaction open.
        self.executor.executeInline {
            lease.connection.assumeIsolated { connection in
                connection.whenReusable { self.change { $0.machine.release(lease.id) } }
            }
        }
    }

    // MARK: Performing

    /// Changes the state and performs what follows from it, after the lock is free again.
    private func change(_ body: (inout State) -> [PoolStateMachine.Action]) {
        let effects = self.state.withLock { state in
            body(&state).map { action in Effect(action, in: &state, configuration: self.configuration) }
        }
        for effect in effects { self.perform(effect) }
    }

    /// An action with what it acts on, looked up under the lock.
    private enum Effect {
        case connect(ConnectionID)
        case close(PostgresConnection?)
        case answer(Waiter?, Result<Lease, PostgresError>)
        case schedule(PoolStateMachine.Timer, Duration)
        case cancel(PoolStateMachine.Timer)
        case finish

        init(_ action: PoolStateMachine.Action, in state: inout State, configuration: PostgresConfiguration) {
            switch action {
            case .connect(let id):
                self = .connect(id)
            case .close(let id):
                self = .close(state.connections[id])
            case .lease(let request, let id):
                let lease = state.connections[id].map {
                    Result<Lease, PostgresError>.success(Lease(id: id, connection: $0))
                }
                let missing = PostgresError(.connectionLost, "The connection was lost before it could be used")
                self = .answer(state.waiters.removeValue(forKey: request), lease ?? .failure(missing))
            case .refuse(let request, let refusal):
                let error = PostgresError(
                    refusal,
                    timeout: configuration.leaseTimeout,
                    isRunning: state.machine.isRunning,
                    lastConnectError: state.lastConnectError
                )
                self = .answer(state.waiters.removeValue(forKey: request), .failure(error))
            case .schedule(let timer, let delay):
                self = .schedule(timer, delay)
            case .cancel(let timer):
                self = .cancel(timer)
            case .finish:
                self = .finish
            }
        }
    }

    private func perform(_ effect: Effect) {
        switch effect {
        case .connect(let id):
            self.commander.yield(.connect(id))
        case .close(let connection):
            self.executor.execute { connection?.assumeIsolated { $0.close() } }
        case .answer(nil, _):
            break
        case .answer(.caller(let continuation), let result):
            continuation.resume(returning: result)
        case .answer(.request(let pending), .success(let lease)):
            // The connection first, so that the next request is on its way before this one's task wakes up.
            self.executor.executeInline { pending.start(on: lease.connection) { self.release(lease) } }
        case .answer(.request(let pending), .failure(let error)):
            pending.fail(error)
        case .schedule(let timer, let delay):
            self.timers.schedule(timer, after: delay) { [weak self] in
                guard let self else { return }
                let now = self.now
                self.change { $0.machine.fired(timer, at: now) }
            }
        case .cancel(let timer):
            self.timers.cancel(timer)
        case .finish:
            self.commander.finish()
        }
    }
}

extension PostgresConnection {
    /// Whether the next one can use it as it is.
    fileprivate nonisolated var isReusable: Bool {
        self.requestsInFlight.load(ordering: .relaxed) == 0 && !self.isInTransaction.load(ordering: .relaxed)
    }
}
