import CLibPQ
import Glibc
import Logging
import PollExecutor

/// Makes connections.
struct Connector: Sendable {
    let configuration: PostgresConfiguration
    let logger: Logger
    /// Looks the host's name up and begins to connect; it blocks for as long as the look-up takes.
    var begin: @Sendable (_ settings: [(String, String)]) -> OpaquePointer? = Self.startConnecting

    /// Makes a connection without blocking the caller.
    ///
    /// libpq looks names up with a blocking call, so all of it happens on a thread of its own; a caller that is
    /// cancelled or out of time leaves that thread behind to end by itself.
    func connect(on executor: PollExecutor) async throws(PostgresError) -> ConnectionHandle {
        let attempt = ConnectAttempt()
        let result = await withTaskCancellationHandler {
            await withUnsafeContinuation { continuation in
                attempt.start(continuation)
                do throws(PollExecutorError) {
                    try BlockingThread.start(name: "pg-connect") {
                        attempt.finish(Result(catching: self.connectBlocking))
                    }
                } catch {
                    attempt.finish(.failure(PostgresError(error)))
                }
                executor.execute { [weak executor, weak attempt] in
                    // Later than the thread's own deadline, which has the better message.
                    _ = executor?.schedule(after: self.configuration.connectTimeout + .seconds(1)) { [weak attempt] in
                        attempt?.finish(.failure(self.timeout("the name look-up does not end")))
                    }
                }
            }
        } onCancel: {
            attempt.finish(.failure(PostgresError(.cancelled, "The task was cancelled while connecting")))
        }
        attempt.acknowledge()
        return try result.get()
    }

    /// Tries the connection string's hosts in turn, each with its share of the time that is left.
    ///
    /// libpq would do that itself, but without a time limit for each: a first host that is silent would use up all.
    private func connectBlocking() throws(PostgresError) -> ConnectionHandle {
        let deadline = ContinuousClock.now.advanced(by: self.configuration.connectTimeout)
        let targets = try ConnectTarget.targets(of: self.configuration.connectionString)
        var failures: [PostgresError] = []
        for (index, target) in targets.enumerated() {
            let share = ContinuousClock.now.duration(to: deadline) / (targets.count - index)
            do throws(PostgresError) {
                return try self.connectBlocking(to: target, until: .now.advanced(by: share))
            } catch {
                // Who is refused by one host is not let in by the next, and the refusal is what must be told.
                if !error.isRetryable { throw error }
                failures.append(error)
            }
        }
        guard let last = failures.last, failures.count > 1 else {
            throw failures.last ?? PostgresError(.connectionFailed, "The connection string names no host")
        }
        var failure = PostgresError(.connectionFailed, failures.map(\.message).joined(separator: "; "))
        failure.sqlState = last.sqlState
        throw failure
    }

    private func connectBlocking(
        to target: ConnectTarget,
        until deadline: ContinuousClock.Instant
    ) throws(PostgresError) -> ConnectionHandle {
        guard let pointer = self.begin(self.settings(for: target)) else {
            throw PostgresError(.connectionFailed, "libpq is out of memory")
        }
        let handle = ConnectionHandle(pointer, notices: NoticeReceiver(logger: self.logger))
        // Only so does the message hold the server's error code.
        PQsetErrorVerbosity(pointer, PQERRORS_VERBOSE)
        if handle.isBroken { throw self.failure(handle) }

        var events = POLLOUT
        while true {
            guard try self.isReady(handle, events: events, until: deadline) else {
                throw self.timeout("the server\(target.description) does not answer")
            }
            switch PQconnectPoll(pointer) {
            case PGRES_POLLING_READING: events = POLLIN
            case PGRES_POLLING_WRITING: events = POLLOUT
            case PGRES_POLLING_OK:
                guard PQsetnonblocking(pointer, 1) == 0, PQenterPipelineMode(pointer) == 1 else {
                    throw self.failure(handle)
                }
                return handle
            default: throw self.failure(handle)
            }
        }
    }

    private func settings(for target: ConnectTarget) -> [(String, String)] {
        // Later keywords override earlier ones, and `dbname` is expanded: defaults, the string, what must be.
        var settings: [(String, String)] = [
            ("fallback_application_name", "swift-postgres"),
            // A peer that vanishes is noticed within a minute or so, not within hours. The timeout also says when probes
            // are given up; their count only matters where a connection string sets it to 0.
            ("keepalives_idle", "30"), ("keepalives_interval", "10"), ("keepalives_count", "3"),
            ("tcp_user_timeout", "30000"),
        ]
        if let name = self.configuration.applicationName { settings.append(("application_name", name)) }
        settings.append(("dbname", self.configuration.connectionString))
        settings.append(("client_encoding", "UTF8"))
        settings.append(contentsOf: target.settings)
        return settings
    }

    private static func startConnecting(_ settings: [(String, String)]) -> OpaquePointer? {
        var keywords: [UnsafePointer<CChar>?] = settings.map { UnsafePointer(strdup($0.0)) } + [nil]
        var values: [UnsafePointer<CChar>?] = settings.map { UnsafePointer(strdup($0.1)) } + [nil]
        defer { for pointer in keywords + values { free(UnsafeMutablePointer(mutating: pointer)) } }
        return PQconnectStartParams(&keywords, &values, 1)
    }

    /// Waits until the socket can be used; false when time is up.
    private func isReady(
        _ handle: ConnectionHandle,
        events: Int32,
        until deadline: ContinuousClock.Instant
    ) throws(PostgresError) -> Bool {
        while true {
            let (seconds, attoseconds) = ContinuousClock.now.duration(to: deadline).components
            let milliseconds = seconds * 1000 + attoseconds / 1_000_000_000_000_000
            if milliseconds <= 0 { return false }
            // The socket can be another one after each step, as when a name has several addresses.
            var descriptor = pollfd(fd: PQsocket(handle.pointer), events: Int16(events), revents: 0)
            let ready = poll(&descriptor, 1, Int32(clamping: milliseconds))
            if ready > 0 { return true }
            if ready < 0 && errno != EINTR { throw PostgresError(.connectionFailed, "poll failed (errno \(errno))") }
        }
    }

    private func timeout(_ reason: String, within limit: Duration? = nil) -> PostgresError {
        PostgresError(
            .connectionFailed,
            "No connection within \(limit ?? self.configuration.connectTimeout): \(reason)"
        )
    }

    private func failure(_ handle: ConnectionHandle) -> PostgresError {
        PostgresError(connectMessage: handle.errorMessage)
    }
}
