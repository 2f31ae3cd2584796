internal import Baton
internal import PostgresClient
#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

/// How rows stand that a compare-and-set did not match, seen at one moment.
struct Standing {
    private struct Row {
        var state: JobState
        var owner: ServerEpoch?
        var ownerLives: Bool
        var claim: Int64?
        var job: ClaimedJob
    }

    private let asking: ServerEpoch
    private var askerLives = false
    private var rows: [JobID: Row] = [:]

    /// Reads the answer of ``ClaimStatements/standing``.
    ///
    /// - Parameters:
    ///   - result: The answer.
    ///   - asking: The server that asked.
    /// - Throws: `PostgresError` when the columns are others.
    init(_ result: PostgresResult, asking: ServerEpoch) throws(PostgresError) {
        self.asking = asking
        for row in result {
            let ownerLives = try row.decode(Bool.self, 2)
            guard try row.decode(UUID?.self, 3) != nil else {
                askerLives = ownerLives
                continue
            }
            let job = try row.claimedJob(from: 3)
            rows[job.id] = Row(
                state: try row.state(0),
                owner: try row.decode(UUID?.self, 1).map(ServerEpoch.init),
                ownerLives: ownerLives,
                claim: try row.decode(Int64?.self, 4),
                job: job
            )
        }
    }

    /// Why a claim or a completion was refused.
    ///
    /// - Parameters:
    ///   - id: The job.
    ///   - generation: The generation that was delivered, or that the run was claimed at.
    /// - Returns: The reason.
    func refusal(of id: JobID, at generation: Int) -> ClaimRefusal {
        guard let row = rows[id] else { return .missing }
        guard row.job.generation == generation else { return .superseded }
        switch (row.state, row.owner) {
        case (.enqueued, _): return askerLives ? .stillEnqueued : .ownEpochIsDead
        case (.processing, asking): return askerLives ? .mine(row.job) : .ownEpochIsDead
        case (.processing, let owner?): return .owned(by: owner, isDead: !row.ownerLives)
        default: return .superseded
        }
    }

    /// Whether a run's end is stored already.
    ///
    /// A row keeps the fence of the run that ended last; one that is taken from its owner loses the claim.
    ///
    /// - Parameters:
    ///   - id: The job.
    ///   - claim: The claim number of the run.
    /// - Returns: Whether it ended by its own completion.
    func isCompleted(_ id: JobID, claim: Int64) -> Bool {
        guard let row = rows[id] else { return false }
        return row.state != .processing && row.owner == asking && row.claim == claim
    }
}
