internal import Baton
#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

/// How far the table of enqueued and processing jobs is walked through, for each purpose.
actor TableWalks {
    /// What it is walked through for.
    enum Purpose: Hashable {
        case runs(of: ServerEpoch)
        case orphans
    }

    private var walks: [Purpose: TableWalk] = [:]

    /// Where the next look goes.
    func walk(for purpose: Purpose) -> TableWalk { walks[purpose] ?? TableWalk() }

    /// Goes on, once it has been looked.
    ///
    /// - Parameters:
    ///   - purpose: What for.
    ///   - ids: What the round has found so far.
    ///   - blocks: How many blocks the table had.
    ///   - date: When that was.
    /// - Returns: Whether the round is at its end.
    func advance(_ purpose: Purpose, finding ids: [JobID], of blocks: Int, at date: Date) -> Bool {
        walks[purpose, default: TableWalk()].advance(finding: ids, of: blocks, at: date)
    }

    /// Forgets a purpose that does not come back.
    func forget(_ purpose: Purpose) { walks[purpose] = nil }
}
