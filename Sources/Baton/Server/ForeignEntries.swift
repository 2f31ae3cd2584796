import Logging

/// The recurring entries that this server cannot read although others may, and leaves to them.
struct ForeignEntries {
    /// What was said of each, by id: again when it is another error, not with each occurrence.
    private var told: [String: String] = [:]
    /// How many are due.
    private(set) var count = 0

    /// Notes those that are due, and tells of them that are new.
    ///
    /// - Parameters:
    ///   - entries: The entries.
    ///   - logger: Where to tell.
    mutating func note(_ entries: [RecurringPass.Unreadable], _ logger: Logger) {
        count = entries.count
        for entry in entries where told.updateValue(entry.error.message, forKey: entry.id) != entry.error.message {
            logger.warning(
                "a recurring entry cannot be read here and is left to other servers",
                metadata: ["recurring.id": "\(entry.id)", "error": "\(entry.error)"]
            )
        }
    }
}
