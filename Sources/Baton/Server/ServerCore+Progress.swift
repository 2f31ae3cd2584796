import Locking
import Logging

extension ServerCore {
    /// Takes a report of a run; it is stored in a moment, unless another takes its place.
    ///
    /// - Parameters:
    ///   - progress: How far the run has come.
    ///   - run: The run; one that has ended begins nothing new.
    func report(_ progress: JobProgress, of run: OwnedRun) {
        if reports.withLock({ $0.replace(progress, of: run) }) { return }
        guard table.withLock({ $0.isOpen(run) }) else { return }
        reports.withLock { $0.add(progress, of: run) }
        reported.ring()
    }

    /// Stores what runs have said; what is lost here is only news.
    ///
    /// One call at a time.
    ///
    /// - Parameter onlyEnding: Whether only of runs whose ends wait for it.
    func saveProgress(onlyEnding: Bool = false) async {
        let taken = reports.withLock { $0.take(onlyEnding: onlyEnding, at: clock.now) }
        guard !taken.isEmpty else { return }
        let owners = table.withLock { table in taken.map { table.owner(of: $0.run) } }
        for case (let owner?, let pairs) in zip(taken, owners).grouped(by: \.1) {
            do throws(JobStorageError) {
                try await storage.saveProgress(pairs.map(\.0), owner: owner)
            } catch {
                logger.debug("progress not stored", metadata: ["error": "\(error)"])
            }
        }
        reports.withLock { $0.endWriting() }
        progressSaved.ring()
    }

    /// Waits until what runs said last is stored, but not for long: an end is worth more than the news before it.
    ///
    /// - Parameter completions: The ends that are to be stored next.
    /// - Throws: `CancellationError` when the task is cancelled.
    func awaitProgress(before completions: [Completion]) async throws {
        guard !reports.withLock(\.isEmpty) else { return }
        let runs = completions.map { OwnedRun(id: $0.id, claim: $0.claim) }
        guard reports.withLock({ $0.hurry(runs) }) else { return }
        let start = clock.now
        progressWanted.ring()
        while let deadline = reports.withLock({ $0.deadline(of: runs, since: start) }) {
            let left = clock.now.duration(to: deadline)
            guard left > .zero else {
                reports.withLock { $0.drop(runs) }
                logger.debug("ends of runs are stored without what the runs said last")
                return
            }
            try await progressSaved.wait(atMost: left, clock: clock)
        }
    }
}
