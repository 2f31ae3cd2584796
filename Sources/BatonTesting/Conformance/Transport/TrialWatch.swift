import Baton
import Locking

/// Who is told of missing queues in a trial.
final class TrialWatch: QueueWatch {
    private struct State {
        var asked = 0
        var answers: [Bool?] = []
        var gate: TrialGate?
    }

    private let state = Locked(State())

    /// How often it was told.
    var asked: Int { state.withLock { $0.asked } }

    /// What a second look has shown each time.
    var answers: [Bool?] { state.withLock { $0.answers } }

    func forget() {
        state.withLock { state in
            state.asked = 0
            state.answers = []
        }
    }

    /// Takes its time until released.
    func hold() {
        state.withLock { $0.gate = TrialGate() }
    }

    func release() {
        state.withLock { $0.gate.take() }?.open()
    }

    func queueIsMissing(_ queue: String, isStillMissing: @Sendable () async -> Bool?) async {
        let gate = state.withLock { state in
            state.asked += 1
            return state.gate
        }
        await gate?.pass()
        let answer = await isStillMissing()
        state.withLock { $0.answers.append(answer) }
    }
}
