import Baton

/// Counts the moves of jobs, for those who wait for one.
struct ChangeObserver: InMemoryObserver {
    let changes: Watched<Int>

    func moved(from before: InMemoryTables.Row?, to after: InMemoryTables.Row) {
        // Whoever this wakes looks at storage, and so waits until the move is complete.
        changes.change { $0 += 1 }
    }
}
