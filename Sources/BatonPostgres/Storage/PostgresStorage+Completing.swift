public import Baton
internal import PostgresClient

extension PostgresStorage {
    /// Stores the ends of runs.
    ///
    /// - Parameters:
    ///   - completions: The ends; each job at most once.
    ///   - owner: The server's epoch.
    /// - Returns: What became of each, in order.
    /// - Throws: ``JobStorageError``.
    public func complete(
        _ completions: [Completion],
        owner: ServerEpoch
    ) async throws(JobStorageError) -> [CompletionOutcome] {
        let sql = try await ready().completion
        if completions.isEmpty { return [] }
        let results = try await perform(on: work, CompletionBatch(completions, owner: owner).statements(sql))
        let applied = try reading { () throws(PostgresError) in
            var applied: Set<JobID> = []
            for result in results { applied.formUnion(try result.ids()) }
            return applied
        }
        let unmatched = completions.map(\.id).filter { !applied.contains($0) }
        let standing = try await standing(of: unmatched, for: owner, hasChanged: !applied.isEmpty)
        return completions.map { completion in
            let (id, claim) = (completion.id, completion.claim)
            if applied.contains(id) || standing?.isCompleted(id, claim: claim) == true { return .applied }
            return .fenced(standing?.refusal(of: id, at: completion.generation) ?? .missing)
        }
    }
}
