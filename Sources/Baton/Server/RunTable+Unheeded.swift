extension RunTable {
    // MARK: Runs that do not give way

    /// Whether a run has begun and not ended.
    ///
    /// - Parameter key: The run.
    /// - Returns: Whether it has.
    func isOpen(_ key: OwnedRun) -> Bool {
        runs[key].map { !$0.hasEnded } ?? false
    }

    /// Runs that were told to end, as unwanted or because their time is up, and keep their threads all the same; each once.
    ///
    /// The count begins at the first look that finds a run told to end.
    ///
    /// - Parameters:
    ///   - patience: How long they may take to give way.
    ///   - now: The present.
    /// - Returns: The runs that have taken longer by now, in the order of their claims.
    mutating func takeUnheeded(longerThan patience: Duration, at now: JobInstant) -> [Run] {
        var unheeded: [Run] = []
        for (key, run) in runs.sorted(by: { $0.key < $1.key }) {
            guard !run.hasEnded, run.startedAt != nil, run.isCancelled || run.hasTimedOut, !run.isUnheeded else {
                continue
            }
            guard let since = run.toldToEndAt else {
                runs[key]?.toldToEndAt = now
                continue
            }
            if since.duration(to: now) >= patience {
                runs[key]?.isUnheeded = true
                unheeded.append(run)
            }
        }
        return unheeded
    }

    /// How many threads are kept by runs that were told to end and have not given way.
    var unheededCount: Int {
        runs.values.count { $0.isUnheeded && !$0.hasEnded }
    }
}
