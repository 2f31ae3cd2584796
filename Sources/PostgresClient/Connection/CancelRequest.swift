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

    /// Sends the request, and blocks until the server has acted on it.
    ///
    /// Returns why it could not be sent, or nil.
    func send() -> String? {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { buffer in
            buffer.initialize(repeating: 0)
            guard let start = buffer.baseAddress, PQcancel(self.pointer, start, Int32(buffer.count)) != 1 else {
                return nil
            }
            return String(cString: start).trimmingNewlines()
        }
    }
}
