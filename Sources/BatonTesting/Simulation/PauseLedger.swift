import Baton
import Locking

/// What servers have been told of paused queues, to hold their claims against it.
final class PauseLedger: Sendable {
    private struct Claim: Hashable {
        let owner: ServerEpoch
        let number: Int64
    }

    private struct State {
        /// Since when each process knows what.
        var learnt: [Int: (queues: Set<String>, at: JobInstant)] = [:]
        var begun: Set<Claim> = []
    }

    private let scheduler: SimulationScheduler
    private let state = Locked(State())

    init(_ scheduler: SimulationScheduler) {
        self.scheduler = scheduler
    }

    /// A server has been told what is paused.
    ///
    /// - Parameters:
    ///   - paused: All queues that are.
    ///   - process: The server's process.
    func learnt(_ paused: Set<String>, by process: Int) {
        let now = scheduler.now
        state.withLock { $0.learnt[process] = (paused, now) }
    }

    /// A server claims.
    ///
    /// A claim that is repeated may have been begun before, and so may one of the same moment: what they bring is put back.
    ///
    /// - Parameters:
    ///   - queues: The queues whose jobs it claims.
    ///   - owner: The server.
    ///   - number: The claim's number.
    ///   - process: The server's process.
    /// - Returns: A paused queue that it should have left alone, if there is one.
    func violation(
        claiming queues: some Sequence<String>,
        _ owner: ServerEpoch,
        _ number: Int64,
        by process: Int
    ) -> String? {
        let now = scheduler.now
        return state.withLock { state in
            let isFirst = state.begun.insert(Claim(owner: owner, number: number)).inserted
            guard isFirst, let learnt = state.learnt[process], learnt.at < now else { return nil }
            return queues.first { learnt.queues.contains($0) }
        }
    }
}
