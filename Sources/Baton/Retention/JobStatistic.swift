#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

/// How many jobs of one name ended in one state, in one hour or on one day.
///
/// Worked out from the jobs themselves some minutes after each hour, and kept when they are removed. A job counts where it
/// stands by then: one that was put back into its queue in the meantime counts where it ends the next time.
public struct JobStatistic: Sendable, Hashable {
    /// What statistics are added up over.
    public enum Period: String, Sendable, Hashable, CaseIterable {
        /// Hours.
        case hour
        /// Days, of UTC.
        case day
    }

    /// The most statistics that a look shows.
    public static let maximumLimit = 10_000
    /// How long after an hour its jobs are counted: what ended in it is committed by then.
    package static let patience = Duration.seconds(600)

    /// When the hour or day began.
    public var start: Date
    /// The stored name of the function.
    public var name: String
    /// The state: succeeded, deleted or failed.
    public var state: JobState
    /// How many jobs.
    public var jobs: Int
    /// How long their last runs took, taken together; those that were deleted otherwise than by their own run took none.
    public var duration: Duration

    /// Creates a statistic.
    ///
    /// - Parameters:
    ///   - start: When the hour or day began.
    ///   - name: The stored name of the function.
    ///   - state: The state.
    ///   - jobs: How many jobs.
    ///   - duration: How long their last runs took, taken together.
    public init(start: Date, name: String, state: JobState, jobs: Int, duration: Duration) {
        self.start = start
        self.name = name
        self.state = state
        self.jobs = jobs
        self.duration = duration
    }

    /// What a limit is taken for.
    ///
    /// - Parameter limit: The limit.
    /// - Returns: The nearest that is allowed.
    package static func allowed(_ limit: Int) -> Int {
        min(max(limit, 1), maximumLimit)
    }
}
