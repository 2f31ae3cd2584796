import Locking
import Logging

extension ServerCore {
    /// Notes a renewal of the lease, or the registration, that was answered.
    ///
    /// - Parameters:
    ///   - epoch: The epoch whose lease it is.
    ///   - sentAt: When it was sent.
    func noteLease(of epoch: ServerEpoch, sentAt: JobInstant) {
        lease.withLock { $0.renewed(epoch, sentAt: sentAt) }
        leaseRenewed.ring()
    }

    /// Cancels the runs of exclusive jobs that no lease protects.
    func cancelExclusiveRuns() {
        let (lease, now) = (lease.withLock { $0 }, clock.now)
        let cancels = table.withLock { table in
            table.cancelRuns(isLeaseOver: true) { _, run in
                registry[run.job.name]?.isExclusive == true && !lease.protects(run.owner, at: now)
            }
        }
        guard !cancels.isEmpty else { return }
        cancellations.append(cancels)
        logger.warning(
            "the lease is over and storage has not answered; runs of exclusive jobs are cancelled",
            metadata: ["count": "\(cancels.count)"]
        )
    }
}
