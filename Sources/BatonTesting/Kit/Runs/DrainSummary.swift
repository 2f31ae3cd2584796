import Baton

/// What ran in a drain.
public struct DrainSummary: Sendable {
    /// Every run, in order.
    public internal(set) var runs: [JobRun] = []

    /// How many runs succeeded.
    public var succeeded: Int { runs.count { $0.nextState == .succeeded } }

    /// How many runs failed with another attempt to come.
    public var retried: Int { runs.count { $0.nextState == .scheduled && $0.failure != nil } }

    /// How many runs ended with their job snoozing.
    public var snoozed: Int { runs.count { $0.nextState == .scheduled && $0.failure == nil } }

    /// How many runs failed for good.
    public var failed: Int { runs.count { $0.nextState == .failed } }

    /// How many jobs were deleted: while they ran, by themselves, or because their attempts were used up.
    public var deleted: Int { runs.count { $0.nextState == .deleted } }

    /// What was thrown, in order.
    public var errors: [any Error] { runs.compactMap(\.error) }
}

extension DrainSummary: CustomStringConvertible {
    /// The counts, and the runs that did not succeed.
    public var description: String {
        let snoozes = snoozed > 0 ? "\(snoozed) snoozed, " : ""
        let counts =
            "\(succeeded) succeeded, \(retried) to be retried, \(snoozes)\(failed) failed, \(deleted) deleted"
        return ([counts] + runs.filter { $0.nextState != .succeeded }.map { "    \($0)" }).joined(separator: "\n")
    }
}
