/// What runs have said of their progress, until it is stored: by one writer at a time, so that the last word stays the last.
///
/// A pure value; it knows no clock and does no I/O.
struct ProgressReports: Sendable {
    /// How long the end of a run waits for a write of what the run said last.
    static let patience = Duration.milliseconds(500)

    private var waiting: [OwnedRun: JobProgress] = [:]
    private var underWay: Set<OwnedRun> = []
    private var underWaySince: JobInstant?
    private var ending: Set<OwnedRun> = []

    /// Whether there is nothing to store, and nothing is being stored.
    var isEmpty: Bool {
        waiting.isEmpty && underWay.isEmpty
    }

    /// Puts a report in the place of another that waits.
    ///
    /// - Parameters:
    ///   - progress: The report.
    ///   - run: The run.
    /// - Returns: Whether another waited.
    mutating func replace(_ progress: JobProgress, of run: OwnedRun) -> Bool {
        guard let index = waiting.index(forKey: run) else { return false }
        waiting.values[index] = progress
        return true
    }

    /// Adds a report.
    ///
    /// - Parameters:
    ///   - progress: The report.
    ///   - run: The run.
    mutating func add(_ progress: JobProgress, of run: OwnedRun) {
        waiting[run] = progress
    }

    // MARK: The writer

    /// Takes reports to be stored; ``endWriting()`` follows.
    ///
    /// - Parameters:
    ///   - onlyEnding: Whether only those whose runs' ends wait for them.
    ///   - now: The present.
    /// - Returns: The reports, in the order of their runs.
    mutating func take(onlyEnding: Bool, at now: JobInstant) -> [RunProgress] {
        let runs = onlyEnding ? ending.filter { waiting[$0] != nil } : Set(waiting.keys)
        guard !runs.isEmpty else { return [] }
        underWay = runs
        underWaySince = now
        // What is said from now on, an end may wait for anew.
        ending.subtract(runs)
        return runs.sorted().compactMap { run in
            waiting.removeValue(forKey: run).map { RunProgress(run: run, progress: $0) }
        }
    }

    /// Notes that what was taken is stored, or lost.
    mutating func endWriting() {
        underWay = []
        underWaySince = nil
    }

    // MARK: Ends

    /// Whether the ends of runs have something to wait for; the writer is to be told of it then.
    ///
    /// - Parameter runs: Runs whose ends are to be stored.
    /// - Returns: Whether they have.
    mutating func hurry(_ runs: [OwnedRun]) -> Bool {
        ending.formUnion(runs.lazy.filter { [waiting] in waiting[$0] != nil })
        return runs.contains(where: isHeld)
    }

    /// Until when the ends of runs wait.
    ///
    /// A write that has taken too long already is not waited for at all: it would hold up batch after batch.
    ///
    /// - Parameters:
    ///   - runs: The runs.
    ///   - start: Since when they have waited.
    /// - Returns: Until when; `nil` when nothing of theirs is left to be stored.
    func deadline(of runs: [OwnedRun], since start: JobInstant) -> JobInstant? {
        guard runs.contains(where: isHeld) else { return nil }
        return (underWaySince ?? start).advanced(by: Self.patience)
    }

    /// Drops what runs have said and nobody has begun to store.
    ///
    /// - Parameter runs: The runs.
    mutating func drop(_ runs: [OwnedRun]) {
        for run in runs {
            waiting[run] = nil
            ending.remove(run)
        }
    }

    private func isHeld(_ run: OwnedRun) -> Bool {
        waiting[run] != nil || underWay.contains(run)
    }
}
