/// What one step of retention has done.
public struct RetentionStep: Sendable, Hashable {
    /// How many jobs were removed, by their states; of whole days as many as were counted.
    public var removed: [JobState: Int]
    /// How many days were removed at once.
    public var droppedDays: Int
    /// How many hours were counted.
    public var countedHours: Int
    /// Whether there is more to do at once.
    public var hasMore: Bool

    /// Creates a step.
    ///
    /// - Parameters:
    ///   - removed: How many jobs were removed, by their states.
    ///   - droppedDays: How many days were removed at once.
    ///   - countedHours: How many hours were counted.
    ///   - hasMore: Whether there is more to do at once.
    public init(
        removed: [JobState: Int] = [:],
        droppedDays: Int = 0,
        countedHours: Int = 0,
        hasMore: Bool = false
    ) {
        self.removed = removed
        self.droppedDays = droppedDays
        self.countedHours = countedHours
        self.hasMore = hasMore
    }
}
