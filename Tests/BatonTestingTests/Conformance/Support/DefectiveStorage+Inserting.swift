import Baton

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

extension DefectiveStorage {
    func insert(_ jobs: [NewJob], isRepeated: Bool) async throws(JobStorageError) -> [InsertOutcome] {
        switch defect {
        case .losesTheLastJob:
            _ = try await inner.insert(jobs.dropLast(), isRepeated: isRepeated)
            return jobs.map { _ in .inserted }
        case .storesByHalves where !isRepeated:
            for job in jobs where try await inner.job(job.id) != nil {
                _ = try await inner.insert(Array(jobs.prefix { $0.id != job.id }), isRepeated: false)
                throw JobStorageError(.refused, "It is there already.")
            }
            return try await inner.insert(jobs, isRepeated: isRepeated)
        case .revivesFinalJobs where isRepeated:
            var outcomes = try await inner.insert(jobs, isRepeated: true)
            for (index, job) in jobs.enumerated() where try await inner.job(job.id)?.state.isFinal == true {
                outcomes[index] = .inserted
            }
            return outcomes
        case .givesUpARepeat where isRepeated:
            for job in jobs where try await inner.job(job.id) != nil { return jobs.map { _ in .duplicate } }
            return try await inner.insert(jobs, isRepeated: true)
        case .takesTheLastOfAnId: return try await inner.insert(jobs.reversed(), isRepeated: isRepeated).reversed()
        case .insertsAlways:
            _ = try await inner.insert(jobs, isRepeated: isRepeated)
            return jobs.map { _ in .inserted }
        case .refusesFarDates where jobs.contains { $0.start == .at(.distantFuture) }:
            throw JobStorageError(.refused, "It is too far away.")
        case .opensSessionsUnasked:
            for case .enqueued(let mark) in jobs.map(\.start) {
                if let session = mark?.session {
                    try await inner.openSession(session, lease: .seconds(86_400))
                }
            }
            return try await inner.insert(jobs, isRepeated: isRepeated)
        default: return try await inner.insert(jobs.map(spoiled), isRepeated: isRepeated)
        }
    }

    private func spoiled(_ job: NewJob) -> NewJob {
        var job = job
        switch (defect, job.start) {
        case (.delaysWhatIsDelayed, .after(let delay)): job.start = .after(delay + .seconds(1))
        case (.promotesEarly, .after): job.start = .after(.zero)
        case (.requeuesWithoutLimit, _): job.maximumAttempts += 1
        default: break
        }
        return job
    }

    func insert(
        _ jobs: [NewJob],
        owner: ServerEpoch,
        claim: Int64
    ) async throws(JobStorageError) -> [ClaimedJob] {
        let claimed = jobs.map { ClaimedJob($0, claim: claim, at: Date()) }
        switch defect {
        case .leavesStartsEnqueued:
            _ = try await inner.insert(jobs, isRepeated: false)
            return claimed
        case .startsUnderAnotherClaim:
            let started = try await inner.insert(jobs, owner: owner, claim: claim + 100)
            return started.isEmpty ? [] : claimed
        case .startsForTheDead:
            let started = try await inner.insert(jobs, owner: owner, claim: claim)
            return started.isEmpty ? claimed : started
        default: return try await inner.insert(jobs, owner: owner, claim: claim)
        }
    }

    func insert(parts next: () throws -> [NewJob]?) async throws {
        guard defect == .storesPartByPart else { return try await inner.insert(parts: next) }
        while let part = try next() { _ = try await inner.insert(part, isRepeated: false) }
    }
}
