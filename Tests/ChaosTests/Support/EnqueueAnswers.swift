import Baton
import Locking

/// What a producer was told about each of its calls.
final class EnqueueAnswers: Sendable {
    private struct State {
        var stored: Set<Int> = []
        var thrown: Set<Int> = []
        var isClosed = false
    }

    private let state = Locked(State())

    /// Whether producers are to end.
    var isClosed: Bool { state.withLock { $0.isClosed } }

    /// The calls that returned.
    var stored: Set<Int> { state.withLock { $0.stored } }

    /// The calls that threw.
    var thrown: Set<Int> { state.withLock { $0.thrown } }

    /// Tells producers to end.
    func close() {
        state.withLock { $0.isClosed = true }
    }

    /// Makes a call and notes what came of it.
    func note(_ number: Int, _ call: () async throws -> JobID) async {
        do {
            _ = try await call()
            state.withLock { _ = $0.stored.insert(number) }
        } catch {
            state.withLock { _ = $0.thrown.insert(number) }
        }
    }
}
