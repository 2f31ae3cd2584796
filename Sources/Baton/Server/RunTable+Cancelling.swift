extension RunTable {
    // MARK: Unwanted runs

    /// Whether the server wants a run to end.
    ///
    /// - Parameter key: The run.
    /// - Returns: Whether it does, or the run is gone.
    func isCancelled(_ key: OwnedRun) -> Bool {
        runs[key]?.isCancelled ?? true
    }

    /// Whether a run is to end because no lease protects it any more.
    ///
    /// - Parameter key: The run.
    /// - Returns: Whether it is.
    func isLeaseOver(_ key: OwnedRun) -> Bool {
        runs[key]?.isLeaseOver ?? false
    }

    /// Marks runs as unwanted.
    ///
    /// - Parameters:
    ///   - isLeaseOver: Whether that is because no lease protects them any more.
    ///   - isUnwanted: Which.
    /// - Returns: How to end their tasks; to be called outside of any lock.
    mutating func cancelRuns(isLeaseOver: Bool = false, where isUnwanted: (OwnedRun, Run) -> Bool)
        -> [@Sendable () -> Void]
    {
        var cancels: [@Sendable () -> Void] = []
        let unwanted = runs.filter { !$1.hasEnded && !$1.isCancelled && isUnwanted($0, $1) }
        for (key, run) in unwanted.sorted(by: { $0.key < $1.key }) {
            runs[key]?.isCancelled = true
            runs[key]?.isLeaseOver = isLeaseOver
            if let cancel = run.cancel {
                cancels.append(cancel)
            }
        }
        return cancels
    }

    /// Notes that a run's time is up.
    ///
    /// - Parameter key: The run.
    /// - Returns: How to end its task, if that is known yet; to be called outside of any lock.
    mutating func timeOut(_ key: OwnedRun) -> (@Sendable () -> Void)? {
        guard let run = runs[key], !run.hasEnded, !run.isCancelled else { return nil }
        runs[key]?.hasTimedOut = true
        return run.cancel
    }

    /// Whether a run's time was up before it ended.
    ///
    /// - Parameter key: The run.
    /// - Returns: Whether it was.
    func hasTimedOut(_ key: OwnedRun) -> Bool {
        runs[key]?.hasTimedOut ?? false
    }
}
