import CLibPQ

/// What it takes to have the server cancel whatever a connection is doing; usable on any thread.
final class CancelRequest: @unchecked Sendable {
    private let pointer: OpaquePointer

    init?(_ handle: ConnectionHandle) {
        guard let pointer = PQgetCancel(handle.pointer) else { return nil }
        self.pointer = pointer
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
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { buffer in
            buffer.initialize(repeating: 0)
            guard let start = buffer.baseAddress, PQcancel(self.pointer, start, Int32(buffer.count)) != 1 else {
                return .processed
            }
            let problem = String(cString: start).trimmingNewlines()
            // libpq names the call that failed.
            let isBeforeSending = problem.contains("connect() failed") || problem.contains("socket() failed")
            return isBeforeSending ? .notSent(problem) : .lost(problem)
        }
    }
}
