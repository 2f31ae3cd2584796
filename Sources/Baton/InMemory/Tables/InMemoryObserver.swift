/// Watches the moves of an ``InMemoryStorage``, to hold them against the protocol.
package protocol InMemoryObserver: Sendable {
    /// A row was stored, or moved along.
    ///
    /// Called while storage is held: it must not call storage.
    ///
    /// - Parameters:
    ///   - before: The row as it was; `nil` for a new one.
    ///   - after: The row as it is, with the entry of its history.
    func moved(from before: InMemoryTables.Row?, to after: InMemoryTables.Row)
}
