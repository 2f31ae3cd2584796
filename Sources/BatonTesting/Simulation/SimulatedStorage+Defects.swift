import Baton
#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// What storage does wrong where a defect is planted in it.
extension SimulatedStorage {
    /// What stands for a run in storage.
    typealias Token = (owner: ServerEpoch, claim: Int64)

    /// Whether something else than owner and claim is the fence.
    var hasFalseFence: Bool {
        !world.defects.isDisjoint(with: [.fencesByAttempt, .fencesByOwnerAndAttempt])
    }

    /// Finds the fence that a call is to match: its own, or with a defect that of whatever run is at the same attempt.
    var fence: @Sendable (InMemoryStorage, JobID, ServerEpoch, Int64) -> Token {
        let (ledger, defects) = (world.ledger, world.defects)
        guard hasFalseFence else { return { (_, _, owner, claim) in (owner, claim) } }
        return { storage, id, owner, claim in
            let row = storage.read { $0.rows[id] }
            guard let row, row.state == .processing, let present = row.owner, let presentClaim = row.claim,
                row.attempt == ledger.attempt(id, owner, claim), defects.contains(.fencesByAttempt) || present == owner
            else { return (owner, claim) }
            return (present, presentClaim)
        }
    }

    /// Gives rows that nobody answers for other marks.
    static func adopt(
        _ marks: PublishMarkRange,
        _ age: Duration,
        in storage: InMemoryStorage,
        _ defects: Set<PlantedDefect>,
        at now: Date
    ) async throws(JobStorageError) -> [MarkedDispatch] {
        let before = storage.read(\.rows)
        let adopted = try await storage.adoptUnpublished(marks: marks, unpublishedAge: age)
        if defects.contains(.movesNoMarks) {
            storage.change { tables in
                for id in adopted.map(\.message.id) {
                    guard let row = before[id] else { continue }
                    tables.rows[id]?.mark = row.mark
                    tables.rows[id]?.stateAt = row.stateAt
                }
            }
        }
        if defects.contains(.scansDeadSessionsOnce) { closeEyes(to: storage, at: now) }
        return adopted
    }

    /// Lets a round that is void pass for a loss.
    static func suspect(_ probe: ProbeID, in storage: InMemoryStorage, at now: Date) {
        storage.change { tables in
            for (queue, probing) in tables.probing {
                if let round = probing.round, round.id == probe { tables.lose(round, of: queue, at: now) }
            }
        }
    }

    /// Lets all that dead publishers may still store pass for published.
    static func closeEyes(to storage: InMemoryStorage, at now: Date) {
        storage.change { tables in
            for (session, known) in tables.sessions where known.isClosed || known.leaseUntil < now {
                tables.sessions[session]?.watermark = PublisherWatermark(
                    session: session,
                    confirmedBelow: .max,
                    pending: []
                )
            }
        }
    }
}
