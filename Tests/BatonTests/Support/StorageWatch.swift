import Baton
import Locking

/// Holds every move of a storage against the protocol, and writes down what no correct domain brings about.
final class StorageWatch: InMemoryObserver {
    /// The fence of one run.
    private struct Token: Hashable {
        var id: JobID
        var owner: ServerEpoch
        var claim: Int64
    }

    private struct State {
        var tokens: Set<Token> = []
        var completions: [JobID: Int] = [:]
        var violations: [String] = []
    }

    private let state = Locked(State())

    var violations: [String] {
        state.withLock { $0.violations }
    }

    /// How many ends of a job's runs were stored.
    func completions(of id: JobID) -> Int {
        state.withLock { $0.completions[id] ?? 0 }
    }

    func report(_ violation: String) {
        state.withLock { $0.violations.append(violation) }
    }

    func moved(from before: InMemoryTables.Row?, to after: InMemoryTables.Row) {
        let id = after.job.id
        let transition = JobTransition(from: before?.state, to: after.state)
        // Another mark for the same generation is no transition.
        let isTransition = before?.state != after.state || before?.generation != after.generation
        if isTransition, !transition.isLegal {
            report("illegal move of \(id): \(before?.state.rawValue ?? "nothing") to \(after.state)")
        }
        if after.state == .processing, let owner = after.owner, let claim = after.claim {
            let isNew = state.withLock { $0.tokens.insert(Token(id: id, owner: owner, claim: claim)).inserted }
            if !isNew { report("I1: a fence was issued twice") }
        }
        if let before, before.state == .processing, after.claim != nil, after.claim == before.claim {
            state.withLock { $0.completions[id, default: 0] += 1 }
        }
    }
}
