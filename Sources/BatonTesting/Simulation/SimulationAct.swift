import Baton

/// A call that reached storage, as far as the invariants ask.
enum SimulationAct: Sendable, CustomStringConvertible {
    case insert
    /// An insert of jobs that are a server's from the start.
    case eagerInsert(ServerEpoch, Int64)
    case claim(ServerEpoch, Int64)
    case complete(ServerEpoch, [Completion])
    case putBackUnheld(ServerEpoch, [OwnedRun])
    case requeueOrphans
    /// Any other that moves rows.
    case move(SimulatedStorage.Call)
    /// One that moves none.
    case none

    /// Whether it may return jobs to their queues.
    var returnsToQueue: Bool {
        switch self {
        case .putBackUnheld, .requeueOrphans, .move(.promoteDue), .move(.requeue): true
        default: false
        }
    }

    /// Whether it may delete jobs.
    var deletes: Bool {
        if case .move(.delete) = self { true } else { false }
    }

    var description: String {
        switch self {
        case .insert: "insert"
        case .eagerInsert(_, let claim): "eagerInsert \(claim)"
        case .claim(_, let claim): "claim \(claim)"
        case .complete: "complete"
        case .putBackUnheld: "putBackUnheld"
        case .requeueOrphans: "requeueOrphans"
        case .move(let call): "\(call)"
        case .none: "nothing"
        }
    }
}
