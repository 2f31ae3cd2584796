import Baton

/// A call that reached storage, as far as the invariants ask.
enum SimulationAct: Sendable, CustomStringConvertible {
    case insert
    case claim(ServerEpoch, Int64)
    case complete(ServerEpoch, [Completion])
    case putBackUnheld(ServerEpoch)
    case requeueOrphans
    /// Any other that moves rows.
    case move(SimulatedStorage.Call)
    /// One that moves none.
    case none

    var description: String {
        switch self {
        case .insert: "insert"
        case .claim(_, let claim): "claim \(claim)"
        case .complete: "complete"
        case .putBackUnheld: "putBackUnheld"
        case .requeueOrphans: "requeueOrphans"
        case .move(let call): "\(call)"
        case .none: "nothing"
        }
    }
}
