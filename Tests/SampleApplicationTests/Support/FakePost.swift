import Locking

/// A post office for tests: it keeps what it is given, and is out of order as often as a test wants.
final class FakePost: Post {
    struct Closed: Error {}

    private struct State {
        var sent: [String] = []
        var closedFor = 0
    }

    private let state = Locked(State())

    /// What was sent, in order.
    var sent: [String] {
        state.withLock { $0.sent }
    }

    /// Refuses the next letters.
    func close(for letters: Int) {
        state.withLock { $0.closedFor = letters }
    }

    func send(_ text: String, to address: String) async throws -> String {
        try state.withLock { state in
            guard state.closedFor == 0 else {
                state.closedFor -= 1
                throw Closed()
            }
            state.sent.append("\(address): \(text)")
            return "letter \(state.sent.count)"
        }
    }
}
