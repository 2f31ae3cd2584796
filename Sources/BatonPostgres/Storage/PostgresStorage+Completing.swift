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

    /// Stores how far runs have come.
    ///
    /// Not durable at once.
    ///
    /// - Parameters:
    ///   - progress: How far; each job at most once.
    ///   - owner: The server's epoch.
    /// - Throws: ``JobStorageError``.
    public func saveProgress(_ progress: [RunProgress], owner: ServerEpoch) async throws(JobStorageError) {
        let sql = try await ready().completion.progress
        if progress.isEmpty { return }
        let sorted = progress.inJobOrder(\.run.id)
        var values = PostgresParameters()
        values.append(sorted.map(\.run.id.uuid))
        values.append(owner.uuid)
        values.append(sorted.map(\.run.claim))
        values.append(sorted.map(\.progress.fraction))
        values.append(sorted.map(\.progress.message))
        try await perform(on: work, PostgresStatement(sql, parameters: values))
    }
}
