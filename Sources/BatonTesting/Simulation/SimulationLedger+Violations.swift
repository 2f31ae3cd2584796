import Baton

/// What the protocol forbids (PROTOCOL section 5).
extension SimulationLedger {
    /// What is wrong with a row that a call has made.
    static func violation(
        madeBy act: SimulationAct,
        _ id: JobID,
        _ new: Row,
        _ tables: InMemoryTables,
        _ state: inout State
    ) -> String? {
        switch act {
        case .insert: return new.owner == nil ? nil : "I1: a job had an owner from the start that nobody had claimed"
        case .eagerInsert(let owner, let claim):
            guard new.owner == owner, new.claim == claim else { return "I1: a job started under another claim" }
            state.eagerStarts += 1
            return taken(id, owner, claim, tables, &state)
        default: return "I5: a row was made by \(act)"
        }
    }

    /// Holds a claim against I1.
    private static func taken(
        _ id: JobID,
        _ owner: ServerEpoch,
        _ claim: Int64,
        _ tables: InMemoryTables,
        _ state: inout State
    ) -> String? {
        guard tables.servers[owner]?.isDead == false else { return "a server that is certified dead claimed a job" }
        guard state.tokens.insert(Token(id: id, owner: owner, claim: claim)).inserted else {
            return "I1: a fence was issued twice"
        }
        return nil
    }

    /// What is wrong with how a call has moved a row.
    static func violation(
        _ id: JobID,
        _ old: Row,
        _ new: Row,
        _ act: SimulationAct,
        _ tables: InMemoryTables,
        _ state: inout State
    ) -> String? {
        if old.state == .succeeded || old.state == .deleted {
            return "I2: a job that was \(old.state) became \(new.state)"
        }
        if new.generation != old.generation {
            guard new.generation == old.generation + 1, new.state == .enqueued, act.returnsToQueue else {
                return "the generation went from \(old.generation) to \(new.generation) as the job became \(new.state)"
            }
        }
        if new.state == .deleted, !act.deletes, old.state != .processing {
            return "a job was deleted that nobody deleted"
        }
        if new.state == .succeeded, old.state != .processing { return "a job succeeded that nobody ran" }
        if new.state == .enqueued, old.state != .enqueued, new.generation == old.generation {
            return "a job returned to its queue under the same generation"
        }
        if old.state == .processing, new.state != .processing, new.state != .deleted || !act.deletes {
            return ended(id, old, new, act, tables)
        }
        guard new.state == .processing else { return nil }
        guard case .claim(let owner, let claim) = act, owner == new.owner, claim == new.claim else {
            return "I1: a job changed hands without a claim of its new owner"
        }
        guard old.state == .enqueued else { return "I1: a claim took a job that was \(old.state)" }
        return taken(id, owner, claim, tables, &state)
    }

    private static func ended(
        _ id: JobID,
        _ old: Row,
        _ new: Row,
        _ act: SimulationAct,
        _ tables: InMemoryTables
    ) -> String? {
        switch act {
        case .complete(let owner, let ends):
            guard owner == old.owner, let end = ends.first(where: { $0.id == id && $0.claim == old.claim }) else {
                return "I2: the end of another run was taken for that of the present one"
            }
            let (state, attempt) = expected(after: end.outcome, of: old)
            guard new.state == state, new.attempt == attempt else {
                return "the end of a run, \(state) at attempt \(attempt), became \(new.state) at \(new.attempt)"
            }
        case .requeueOrphans:
            guard let owner = old.owner, tables.servers[owner]?.isDead ?? true else {
                return "I2: a job was taken from a server that is not certified dead"
            }
            guard let job = tables.rows[id]?.job else { break }
            let used: JobState = job.retry?.whenExhausted == .delete ? .deleted : .failed
            let state = old.attempt < job.maximumAttempts ? .enqueued : used
            guard new.state == state else { return "a job of a dead server became \(new.state), not \(state)" }
        case .putBackUnheld(let owner, let runs):
            guard owner == old.owner, runs.contains(where: { $0.id == id && $0.claim == old.claim }) else {
                return "I2: a server put another run back than the one that it named"
            }
        default:
            return "I2: a run ended as \(new.state) by neither its end nor a repair"
        }
        return nil
    }

    private static func expected(after outcome: Completion.Outcome, of row: Row) -> (state: JobState, attempt: Int) {
        switch outcome {
        case .succeeded: (.succeeded, row.attempt)
        case .failed: (.failed, row.attempt)
        case .deleted: (.deleted, row.attempt)
        case .retry: (.scheduled, row.attempt)
        case .putBack, .snoozed: (.scheduled, row.attempt - 1)
        }
    }
}
