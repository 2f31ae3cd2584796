import Locking

/// Jobs that are about to be stored as a server's that has threads for them (PROTOCOL move 7).
///
/// Ended by ``begin(_:)``, or by ``cancel()`` where they are not stored, or nobody knows whether they are.
struct EagerStart: Sendable {
    /// The epoch they are claimed for.
    let owner: ServerEpoch
    /// The claim number.
    let claim: Int64
    private let core: ServerCore

    /// Takes threads for jobs; `nil` where they are to go through their queues.
    ///
    /// - Parameters:
    ///   - jobs: The jobs, ready at once.
    ///   - core: The server's.
    init?(of jobs: [NewJob], by core: ServerCore) {
        let limit = core.configuration.eagerStarts
        guard jobs.count <= limit,
            jobs.allSatisfy({ core.registry[$0.name] != nil && core.queues.contains($0.queue) })
        else { return nil }
        let (owner, claim) = core.nextClaim()
        let mayStart = core.table.withLock {
            $0.beginEagerStart(claim, of: jobs.count, queues: jobs.lazy.map(\.queue), limit: limit)
        }
        guard mayStart else { return nil }
        self.owner = owner
        self.claim = claim
        self.core = core
    }

    /// Starts the jobs, which are stored.
    ///
    /// - Parameter jobs: The jobs; none where the server's epoch is dead.
    func begin(_ jobs: [ClaimedJob]) {
        core.beginStored(jobs, owner: owner, claim: claim)
    }

    /// Frees the threads.
    func cancel() {
        core.endIntake(claim)
    }

    /// Has the server put the jobs back that are stored as its own, although the answer was lost; what is left of them its audit
    /// finds.
    ///
    /// - Parameter jobs: The jobs, of whose insert it is certain by now what became of it.
    func putBack(_ jobs: [NewJob]) {
        core.lostStarts.append(jobs.map { LostStart(owner: owner, run: OwnedRun(id: $0.id, claim: claim)) })
    }
}
