extension JobDraft {
    /// How many calls are worth a task of their own: some milliseconds of work.
    private static let share = 250

    /// Checks and encodes calls of one job; many of them on several processors at once.
    ///
    /// - Parameters:
    ///   - calls: The calls.
    ///   - terms: On what terms they are stored.
    /// - Returns: The drafts, in order.
    /// - Throws: ``JobError`` for one that cannot be stored, or `CancellationError`.
    static func drafts<Call: JobCall>(of calls: [Call], _ terms: JobTerms) async throws -> [JobDraft] {
        guard calls.count >= 2 * share else { return try calls.map { try JobDraft($0, terms) } }
        return try await withThrowingTaskGroup(of: (start: Int, drafts: [JobDraft]).self) { group in
            for start in stride(from: 0, to: calls.count, by: share) {
                group.addTask {
                    (start, try calls[start..<min(start + share, calls.count)].map { try JobDraft($0, terms) })
                }
            }
            var shares: [(start: Int, drafts: [JobDraft])] = []
            for try await share in group { shares.append(share) }
            return shares.sorted { $0.start < $1.start }.flatMap(\.drafts)
        }
    }
}
