/// How long jobs stay in storage after their end.
public struct RetentionTimes: Sendable, Hashable {
    /// How long those stay that succeeded; `nil` for ever.
    public var succeeded: Duration?
    /// How long those stay that were deleted; `nil` for ever.
    public var deleted: Duration?
    /// How long those stay that failed and wait for a person; `nil` for ever.
    public var failed: Duration?

    /// Creates times; those of Hangfire by default.
    ///
    /// - Parameters:
    ///   - succeeded: How long those stay that succeeded; `nil` for ever.
    ///   - deleted: How long those stay that were deleted; `nil` for ever.
    ///   - failed: How long those stay that failed and wait for a person; `nil` for ever.
    public init(
        succeeded: Duration? = .seconds(86_400),
        deleted: Duration? = .seconds(86_400),
        failed: Duration? = nil
    ) {
        self.succeeded = succeeded
        self.deleted = deleted
        self.failed = failed
    }

    var all: [Duration?] { [succeeded, deleted, failed] }
}
