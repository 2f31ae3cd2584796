import CLibPQ

/// What it takes to have the server cancel whatever a connection is doing; usable on any thread.
final class CancelRequest: @unchecked Sendable {
    private let pointer: OpaquePointer
    // By then the system may have given up on a silent server; nil where it takes longer than anybody waits.
    private let patience: Duration?

    init?(_ handle: ConnectionHandle) {
        guard let pointer = PQgetCancel(handle.pointer) else { return nil }
        self.pointer = pointer
        self.patience = Self.patience(of: handle)
    }

    deinit {
        PQfreeCancel(self.pointer)
    }

    /// What has become of a request.
    enum Result: Sendable {
        /// The server has acted on it; it cannot hit anything any more.
        case processed
        case notSent(String)
        /// It was on its way, and may still arrive.
        case lost(String)
    }

    /// Sends the request, and blocks until the server has acted on it.
    func send() -> Result {
        let start = ContinuousClock.now
        if let problem = self.sendAndWait() {
            // libpq names the call that failed.
            let callsBeforeSending = ["socket() failed", "setsockopt(", "connect() failed"]
            return callsBeforeSending.contains { problem.contains($0) } ? .notSent(problem) : .lost(problem)
        }
        // A server that has acted closes the connection. libpq waits for that, but it calls it a success as well when
        // the connection fails instead, and nothing in its interface tells the one from the other before version 17.
        //
        // A failure because of silence is known by the time it takes. A reset is not known. When the server's own system
        // sends it, there is nobody left to act on the request, so it is as good as a close. What remains is something in
        // between, such as a load balancer, that resets a connection and still hands on what it has got from it. The
        // request can then hit the next statement. That one fails with `queryCanceled` and nothing of it takes effect,
        // as if an administrator had cancelled it: callers must be prepared for that anyway, and no result is wrong.
        let duration = start.duration(to: .now)
        if let patience, duration >= patience { return .lost("The server took \(duration) to close the connection") }
        return .processed
    }

    /// Returns libpq's words when it has not succeeded.
    private func sendAndWait() -> String? {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { buffer in
            buffer.initialize(repeating: 0)
            guard let start = buffer.baseAddress, PQcancel(self.pointer, start, Int32(buffer.count)) != 1 else {
                return nil
            }
            return String(cString: start).trimmingNewlines()
        }
    }

    /// The connection for the request has the same limits as the one it is about.
    private static func patience(of handle: ConnectionHandle) -> Duration? {
        guard let options = PQconninfo(handle.pointer) else { return nil }
        defer { PQconninfoFree(options) }
        let settings = [String: String](libPQ: options)
        func number(_ keyword: String) -> Int? { settings[keyword].flatMap { Int($0) } }
        // Without keepalive packets, libpq sets no other limit here either.
        guard number("keepalives") != 0 else { return nil }
        let limits = [
            number("tcp_user_timeout").map { Duration.milliseconds($0) },
            number("keepalives_idle").map { Duration.seconds($0) },
        ]
        return limits.compactMap { $0 }.filter { $0 > .zero }.min()
    }
}
