#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

extension InMemoryTables {
    /// How many rows of each queue and function are looked at, the first ones, for one that waits.
    private static var waitingWindow: Int { 1000 }
    /// How many rows that bear a session's marks one call looks at.
    private static var lostWindow: Int { 10_000 }

    /// The queues in which some published row waits for long, in the order of their names.
    ///
    /// A row waits since it got its mark: one that was published again gets the same time as a new one.
    mutating func findWaiting(longerThan age: Duration, interval: Duration, at now: Date) -> [WaitingQueue] {
        if let lookedAt = lookedForWaitingAt, lookedAt > now.adding(.zero - interval) { return [] }
        lookedForWaitingAt = now
        let young = now.adding(.zero - age)
        var since: [String: Date] = [:]
        for lane in rows.lanes {
            let waiting = rows.waiting(queue: lane.queue, name: lane.name, level: lane.level).prefix(Self.waitingWindow)
            let first = waiting.first { place in
                rows[place.id].map { $0.mark != nil && $0.stateAt < young } ?? false
            }
            guard let enqueuedAt = first.flatMap({ rows[$0.id]?.enqueuedAt }) else { continue }
            since[lane.queue] = min(since[lane.queue] ?? enqueuedAt, enqueuedAt)
        }
        return since.sorted { $0.key < $1.key }.map { WaitingQueue(name: $0.key, age: $0.value.duration(to: now)) }
    }

    // MARK: Losses

    /// Whether rows are known to be lost.
    var hasLosses: Bool { losses.contains { $0.isConfirmed } }

    /// Stores every session's watermark for a queue that was found missing.
    mutating func recordLoss(_ loss: ProbeID, of queue: String, at now: Date) {
        guard !losses.contains(where: { $0.id == loss }) else { return }
        losses.append(Loss(id: loss, queue: queue, isConfirmed: false, at: now, watermarks: currentWatermarks))
    }

    /// Confirms a loss, or removes it; says whether anything is lost.
    mutating func settleLoss(_ loss: ProbeID, isConfirmed: Bool) -> Bool {
        guard let index = losses.firstIndex(where: { $0.id == loss }) else { return false }
        guard isConfirmed || losses[index].isConfirmed else {
            losses.remove(at: index)
            return false
        }
        losses[index].isConfirmed = true
        var copy = losses[index]
        return !findLost(&copy, limit: 1).found.isEmpty
    }

    /// Gives lost rows other marks, those of the first loss first.
    mutating func requeueLost(_ marks: PublishMarkRange, at now: Date) -> LossRepair {
        guard marks.count > 0, let index = losses.firstIndex(where: \.isConfirmed) else {
            return LossRepair(dispatches: [], hasMore: hasLosses)
        }
        let (found, isDone) = findLost(&losses[index], limit: marks.count)
        if isDone { losses.remove(at: index) }
        let dispatches = found.sorted { $0.uuid.words < $1.uuid.words }.enumerated().compactMap { position, id in
            move(id, to: .enqueued, at: now, reason: RepairReason.lost) { $0.mark = marks[position] }
            return rows[id]?.dispatch(marks, position)
        }
        return LossRepair(dispatches: dispatches, hasMore: hasLosses)
    }

    /// The first rows that are known to be lost.
    func lost(limit: Int) -> [JobID] {
        var found: [JobID] = []
        for var loss in losses where loss.isConfirmed && found.count < limit {
            found += findLost(&loss, limit: limit - found.count).found
        }
        return found
    }

    /// Goes on through the rows that a loss may concern.
    ///
    /// - Returns: The lost rows found, and whether nothing is left to look at.
    private func findLost(_ loss: inout Loss, limit: Int) -> (found: [JobID], isDone: Bool) {
        var (found, looked): ([JobID], Int) = ([], 0)
        while loss.position < loss.watermarks.count {
            let watermark = loss.watermarks[loss.position]
            let pending = Set(watermark.pending)
            for place in rows.marked(by: watermark.session).from(Ordered(value: loss.sequence, id: Self.firstID)) {
                guard place.value < watermark.confirmedBelow else { break }
                guard looked < Self.lostWindow, found.count < limit else {
                    loss.sequence = place.value
                    return (found, false)
                }
                looked += 1
                if !pending.contains(place.value), rows[place.id]?.job.queue == loss.queue { found.append(place.id) }
            }
            loss.position += 1
            loss.sequence = .min
        }
        return (found, true)
    }
}
