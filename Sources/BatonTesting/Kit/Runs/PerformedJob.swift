import Baton

/// A call that a test has run by itself, and what came of it.
///
/// It has all that its ``run`` has: `performed.nextState`, `performed.error`, `performed.logLines`.
@dynamicMemberLookup
public struct PerformedJob<Output: Sendable>: Sendable {
    /// The run.
    public let run: JobRun

    /// What the run has.
    ///
    /// - Parameter path: Which of it.
    public subscript<Member>(dynamicMember path: KeyPath<JobRun, Member>) -> Member {
        run[keyPath: path]
    }
}

extension PerformedJob where Output: Decodable {
    /// What the job returned, read back from the JSON that a server would store.
    ///
    /// - Returns: The result.
    /// - Throws: What the job threw; `JobError` when the result is not of this type.
    public func result() throws -> Output {
        if let error = run.error { throw error }
        guard case .succeeded(let result?) = run.outcome else {
            throw JobError(.outputUndecodable, "“\(run.name)” has no result to read: \(run).")
        }
        return try JobArgumentsCoder.decode(output: Output.self, from: result)
    }
}
