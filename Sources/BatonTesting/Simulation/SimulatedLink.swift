import Baton
import Locking

/// A process's way to a server: it stands or it is cut.
final class SimulatedLink: Sendable {
    private struct State {
        var isUp = true
        var since = JobInstant(offset: .zero)
        /// How often it was cut: what was under way then is lost.
        var life = 0
    }

    private let scheduler: SimulationScheduler
    private let state = Locked(State())

    init(_ scheduler: SimulationScheduler) {
        self.scheduler = scheduler
        mend(force: true)
    }

    var isUp: Bool {
        state.withLock { $0.isUp }
    }

    /// Since when it has stood.
    var since: JobInstant {
        state.withLock { $0.since }
    }

    var life: Int {
        state.withLock { $0.life }
    }

    /// Cuts it.
    func cut() {
        state.withLock { state in
            state.isUp = false
            state.life += 1
        }
    }

    /// Mends it.
    func mend(force: Bool = false) {
        let now = scheduler.now
        state.withLock { state in
            guard force || !state.isUp else { return }
            state.isUp = true
            state.since = now
        }
    }
}
