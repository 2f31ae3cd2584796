import Locking
import Logging

extension ServerCore {
    /// Puts jobs back that were claimed ahead and that no thread has taken; no attempt is spent.
    ///
    /// - Parameters:
    ///   - instant: Those that were claimed before; `nil` for all.
    ///   - queues: Those of these queues; `nil` for all.
    ///   - reason: Why, for their history.
    func putBackUnstarted(claimedBefore instant: JobInstant? = nil, of queues: Set<String>? = nil, reason: String) {
        let jobs = table.withLock { $0.takeUnstarted(claimedBefore: instant, of: queues) }
        guard !jobs.isEmpty else { return }
        completions.append(
            jobs.map { job in
                Completion(
                    id: job.id,
                    claim: job.claim,
                    generation: job.generation,
                    duration: .zero,
                    latency: .zero,
                    outcome: .putBack(after: .zero, reason: reason)
                )
            }
        )
        logger.debug("jobs put back before they began", metadata: ["count": "\(jobs.count)", "reason": "\(reason)"])
        claimable.ring()
        vacancies.ring()
        progress.ring()
    }
}
