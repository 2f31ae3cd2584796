import Baton
import Locking

extension DefectiveStorage {
    func claimWaiting(
        queues: [String],
        names: [String],
        limit: Int,
        levels: [JobPriorityLevel],
        owner: ServerEpoch,
        claim: Int64
    ) async throws(JobStorageError) -> [ClaimedJob] {
        if defect == .letsUnknownEpochsClaim { try await inner.register(.unknown(owner), lease: .seconds(60)) }
        var jobs = try await inner.claimWaiting(
            queues: queues,
            names: defect == .claimsUnknownNames ? names + ["stranger"] : names,
            limit: defect == .claimsOneTooMany ? limit + 1 : limit,
            levels: defect == .claimsHighestFirst ? JobPriorityLevel.descending : levels,
            owner: owner,
            claim: claim
        )
        switch defect {
        case .claimsTheYoungest: jobs.reverse()
        case .countsNoAttempts: for index in jobs.indices { jobs[index].attempt -= 1 }
        case .handsOutTwice:
            jobs = memory.withLock { memory in
                defer { memory.lastClaims = jobs }
                return jobs.isEmpty ? memory.lastClaims : jobs
            }
        default: break
        }
        return jobs
    }

    func waitForWork(queues: [String], patience: Duration) async throws(JobStorageError) {
        switch defect {
        case .sleepsForEver: try? await Task.sleep(for: .seconds(86_400))
        case .sleepsOn: try? await Task.sleep(for: patience)
        default: try await inner.waitForWork(queues: queues, patience: patience)
        }
    }
}
