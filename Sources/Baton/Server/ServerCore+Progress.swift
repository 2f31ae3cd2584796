import Locking
import Logging

extension ServerCore {
    /// Takes a report of a run; it is stored in a moment, unless another takes its place.
    ///
    /// - Parameters:
    ///   - progress: How far the run has come.
    ///   - run: The run; one that has ended says nothing any more.
    func report(_ progress: JobProgress, of run: OwnedRun) {
        guard table.withLock({ $0.isOpen(run) }) else { return }
        reports.withLock { $0[run] = progress }
        reported.ring()
    }

    /// Stores what runs have said; what is lost here is only news.
    ///
    /// - Parameter runs: Of which runs; `nil` for all.
    func saveProgress(of runs: [OwnedRun]? = nil) async {
        let taken: [RunProgress] = reports.withLock { reports in
            guard !reports.isEmpty else { return [] }
            return (runs ?? reports.keys.sorted()).compactMap { run in
                reports.removeValue(forKey: run).map { RunProgress(run: run, progress: $0) }
            }
        }
        guard !taken.isEmpty else { return }
        let owners = table.withLock { table in taken.map { table.owner(of: $0.run) } }
        for case (let owner?, let pairs) in zip(taken, owners).grouped(by: \.1) {
            do throws(JobStorageError) {
                try await storage.saveProgress(pairs.map(\.0), owner: owner)
            } catch {
                logger.debug("progress not stored", metadata: ["error": "\(error)"])
            }
        }
    }
}
