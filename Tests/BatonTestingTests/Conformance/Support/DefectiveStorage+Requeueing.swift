import Baton

extension DefectiveStorage {
    func reschedule(
        _ targets: [JobTarget],
        to time: DueTime,
        reason: String?
    ) async throws(JobStorageError) -> [RescheduleOutcome] {
        switch defect {
        case .reschedulesNothing: return targets.map { _ in .rescheduled }
        case .reschedulesUnexpected:
            return try await inner.reschedule(targets.map { JobTarget(id: $0.id) }, to: time, reason: reason)
        case .reschedulesWhatHasEnded:
            let failed = targets.map { JobTarget(id: $0.id, state: .failed) }
            _ = try await inner.requeue(failed, marks: PublishMarkRange(unmarked: failed.count), reason: reason)
        default: break
        }
        return try await inner.reschedule(targets, to: time, reason: reason)
    }

    func requeue(
        _ targets: [JobTarget],
        marks: PublishMarkRange,
        reason: String?
    ) async throws(JobStorageError) -> JobRequeue {
        let ids = targets.map(\.id)
        let meant = defect == .requeuesUnexpected ? ids.map { JobTarget(id: $0) } : targets
        var requeue = try await inner.requeue(meant, marks: marks, reason: reason)
        switch defect {
        case .requeuesAtTheOldGeneration:
            for index in requeue.dispatches.indices { requeue.dispatches[index].message.generation -= 1 }
        case .requeuesRuns:
            for (index, outcome) in requeue.outcomes.enumerated() where outcome == .refused(.processing) {
                _ = try await inner.delete(ids[index], reason: nil)
                let again = try await inner.requeue([JobTarget(id: ids[index])], marks: marks, reason: reason)
                requeue.dispatches += again.dispatches
                requeue.outcomes[index] = .requeued
            }
        case .requeuesTwice where requeue.dispatches.isEmpty:
            for id in ids {
                guard let job = try await inner.job(id) else { continue }
                let message = DispatchMessage(id: id, generation: job.generation, queue: job.queue, name: job.name)
                requeue.dispatches.append(MarkedDispatch(message: message, sequence: marks.sequences.lowerBound))
            }
        default: break
        }
        return requeue
    }
}
