#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

extension InMemoryTables {
    /// What is kept with a job whose server died at its last attempt.
    private static var lostWorker: JobFailure {
        JobFailure(type: "WorkerLost", message: "The server that ran the job was lost, and no attempt is left.")
    }

    /// Moves scheduled jobs that are due to their queues, those that are due first before others, as far as the pace lets
    /// them through.
    mutating func promoteDue(_ marks: PublishMarkRange, _ pace: PromotionPace, at now: Date) -> Promotion {
        let unclaimed = pace.outstanding.filter { rows[$0]?.state == .enqueued }
        let waiting = Dictionary(grouping: unclaimed) { rows[$0]?.job.queue }.mapValues(\.count)
        var due: [Ordered<Date>] = []
        var rooms: [String: Int] = [:]
        for queue in rows.dueQueues where rows.due(in: queue).first.map({ $0.value <= now }) ?? false {
            let room = max(pace.window(of: queue) - waiting[queue, default: 0], 0)
            rooms[queue] = room
            due += rows.due(in: queue).prefix(min(room, marks.count)).prefix { $0.value <= now }
        }
        let dispatches = due.sorted().prefix(marks.count).enumerated().compactMap { position, row in
            enqueue(row.id, marks, position, at: now)
        }
        for message in dispatches.map(\.message) { rooms[message.queue, default: 0] -= 1 }
        let held = rooms.filter { $0.value <= 0 }.keys.sorted()
        let next = rows.dueQueues.filter { !held.contains($0) }.compactMap { rows.due(in: $0).first?.value }.min()
        let nextDue = next.flatMap { $0.timeIntervalSince1970 < .infinity ? now.duration(to: $0) : nil }
        return Promotion(dispatches: dispatches, nextDue: nextDue, heldQueues: held, unclaimed: unclaimed)
    }

    /// Puts jobs of dead servers back; fails or deletes those without an attempt left.
    mutating func requeueOrphans(
        _ marks: PublishMarkRange,
        deletingExhausted names: [String],
        at now: Date
    ) -> OrphanRepair {
        var repair = OrphanRepair(dispatches: [], failed: 0)
        for id in inOrder(orphans(limit: marks.count)) {
            guard let row = rows[id] else { continue }
            if row.attempt < row.job.maximumAttempts {
                let position = repair.dispatches.count
                let reason = RepairReason.orphan
                let dispatch = enqueue(id, marks, position, at: now, reason: reason, server: row.owner) { $0.unfence() }
                if let dispatch { repair.dispatches.append(dispatch) }
            } else {
                let failure = Self.lostWorker
                let data = HistoryData(failure: failure).text
                let action = row.job.retry?.whenExhausted ?? (names.contains(row.job.name) ? .delete : .fail)
                let state = action == .delete ? JobState.deleted : .failed
                move(id, to: state, at: now, reason: RepairReason.orphan, server: row.owner, data: data) { row in
                    row.failure = failure
                    row.unfence()
                }
                repair.failed += action == .fail ? 1 : 0
                repair.deleted += action == .delete ? 1 : 0
            }
        }
        return repair
    }

    /// Puts rows back that a living server owns but does not run.
    mutating func putBackUnheld(
        _ runs: [OwnedRun],
        owner: ServerEpoch,
        _ marks: PublishMarkRange,
        at now: Date
    ) -> [MarkedDispatch] {
        var dispatches: [MarkedDispatch] = []
        for run in runs where dispatches.count < marks.count {
            guard let row = rows[run.id], row.state == .processing, row.owner == owner, row.claim == run.claim else {
                continue
            }
            let (position, reason) = (dispatches.count, RepairReason.unheld)
            let dispatch = enqueue(run.id, marks, position, at: now, reason: reason, server: owner) { row in
                row.attempt = max(row.attempt - 1, 0)
                row.unfence()
            }
            if let dispatch { dispatches.append(dispatch) }
        }
        return dispatches
    }

    /// Gives rows that nobody answers for other marks; their age counts from them.
    mutating func adoptUnpublished(_ marks: PublishMarkRange, age: Duration, at now: Date) -> [MarkedDispatch] {
        let unpublished = inOrder(unpublished(limit: marks.count, age: age, at: now))
        return unpublished.enumerated().compactMap { position, id in
            move(id, to: .enqueued, at: now, reason: RepairReason.unpublished) { $0.mark = marks[position] }
            return rows[id]?.dispatch(marks, position)
        }
    }

    /// Puts jobs back by hand that have ended or wait for their time.
    mutating func requeue(
        _ targets: [JobTarget],
        _ marks: PublishMarkRange,
        reason: String?,
        at now: Date
    ) -> JobRequeue {
        var requeue = JobRequeue(dispatches: [], outcomes: [])
        for target in targets {
            guard let row = rows[target.id] else {
                requeue.outcomes.append(.missing)
                continue
            }
            let position = requeue.dispatches.count
            guard target.matches(row.state, generation: row.generation), position < marks.count,
                let dispatch = enqueue(
                    target.id,
                    marks,
                    position,
                    at: now,
                    reason: reason,
                    { row in
                        row.attempt = 0
                        row.result = nil
                        row.unfence()
                    }
                )
            else {
                requeue.outcomes.append(.refused(row.state))
                continue
            }
            requeue.dispatches.append(dispatch)
            requeue.outcomes.append(.requeued)
        }
        return requeue
    }

    /// Gives a job another time by hand.
    mutating func reschedule(
        _ target: JobTarget,
        to dueAt: Date,
        reason: String?,
        at now: Date
    ) -> RescheduleOutcome {
        guard let row = rows[target.id] else { return .missing }
        guard row.state == .scheduled, target.matches(row.state, generation: row.generation) else {
            return .refused(row.state)
        }
        move(target.id, to: .scheduled, at: now, reason: reason, data: HistoryData(dueAt: dueAt).text) {
            $0.dueAt = dueAt
        }
        return .rescheduled
    }

    private func inOrder(_ ids: [JobID]) -> [JobID] {
        ids.sorted { $0.uuid.words < $1.uuid.words }
    }
}
