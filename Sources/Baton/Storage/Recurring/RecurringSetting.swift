/// What came of setting an entry.
public struct RecurringSetting: Sendable, Hashable {
    /// The entry as it stands now.
    public var record: RecurringRecord
    /// Whether anything is different from before.
    public var isChanged: Bool

    /// Creates an answer.
    ///
    /// - Parameters:
    ///   - record: The entry as it stands now.
    ///   - isChanged: Whether anything is different from before.
    public init(record: RecurringRecord, isChanged: Bool) {
        self.record = record
        self.isChanged = isChanged
    }
}
