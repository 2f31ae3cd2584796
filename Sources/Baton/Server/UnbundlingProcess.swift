import Locking

/// Sends wake-ups on, each by itself, that came here in a bundle and find no free thread: any server may take them then.
///
/// A bundle goes to one server. Where jobs are short that server gets through it in a moment; where they are long, the
/// others would stand idle beside it.
struct UnbundlingProcess: Sendable {
    /// How long a wake-up of a bundle waits for a thread; up to twice as long behind as many as threads get free in that time.
    static let patience = Duration.milliseconds(250)
    /// The same where every thread has a run and runs take as long as this, or none has ended yet: another message costs next
    /// to nothing beside them.
    static let patienceWithLongRuns = Duration.milliseconds(50)

    let core: ServerCore

    /// How many runs of each queue had ended at some time.
    private struct Mark {
        var ended: [String: Int]
        var at: JobInstant
    }

    /// How fast threads get free, measured over ``UnbundlingProcess/patience`` at least once that has passed.
    private struct Pace {
        private var older: Mark
        private var newer: Mark

        init(from mark: Mark) { (older, newer) = (mark, mark) }

        /// - Parameter mark: The present.
        mutating func note(_ mark: Mark) {
            if newer.at.duration(to: mark.at) >= UnbundlingProcess.patience { (older, newer) = (newer, mark) }
        }

        /// - Parameters:
        ///   - span: A span of time.
        ///   - mark: The present, when it begins.
        /// - Returns: How many of each queue are taken to end in it.
        func next(within span: Duration, after mark: Mark) -> [String: Int] {
            let elapsed = older.at.duration(to: mark.at)
            guard elapsed > .zero else { return [:] }
            let share = span / elapsed
            return mark.ended.merging(older.ended) { $0 - $1 }.mapValues { Int(Double($0) * share) }
        }
    }

    /// Sends on until cancelled.
    ///
    /// - Throws: `CancellationError` when the task is cancelled.
    func run() async throws {
        while true {
            try await core.bundled.wait()
            var pace = Pace(from: mark())
            while let (since, patience) = core.table.withLock(Self.longestWait) {
                let left = core.clock.now.duration(to: since.advanced(by: patience))
                // Until then runs may turn out to be long.
                var wait = min(left, Self.patienceWithLongRuns)
                if left <= .zero {
                    // They wait here for a thread, rather than come back at once from a broker that takes nothing.
                    wait = core.client.canPublish ? await sendOn(after: patience, at: pace) : patience
                }
                pace.note(mark())
                if wait > .zero { try await core.clock.sleep(for: wait) }
            }
        }
    }

    /// Since when a delivery of a bundle waits, if one does, and how long it may.
    private static func longestWait(in table: inout RunTable) -> (since: JobInstant, patience: Duration)? {
        guard let since = table.bundledSince else { return nil }
        let isLong = table.typicalRun.map { $0 >= patienceWithLongRuns } ?? true
        // With fewer runs it is storage that is slow.
        return (since, isLong && table.running >= table.concurrency ? patienceWithLongRuns : patience)
    }

    private func mark() -> Mark {
        Mark(ended: core.table.withLock(\.ended), at: core.clock.now)
    }

    /// Sends on what is not next.
    ///
    /// A delivery is acknowledged once the broker has confirmed the message that takes its place. That one comes later in its
    /// queue: for a round of probing it is the same as a delivery that is given back.
    ///
    /// - Parameters:
    ///   - patience: How long they have waited, and how much longer they may.
    ///   - pace: How fast threads got free of late: as many are taken to get free in the next moment.
    /// - Returns: How long to wait with the next look.
    private func sendOn(after patience: Duration, at pace: Pace) async -> Duration {
        let next = pace.next(within: patience, after: mark())
        let latest = core.clock.now.advanced(by: .zero - patience)
        let (surplus, staysSome) = core.table.withLock { table in
            table.beginSettling()
            let surplus = table.takeBundled(since: latest, butNext: next)
            return (surplus, table.bundledSince.map { $0 <= latest } ?? false)
        }
        defer {
            core.table.withLock { $0.endSettling() }
            core.progress.ring()
        }
        let wait = staysSome ? patience : .zero
        guard !surplus.isEmpty else { return wait }
        let outcomes = await core.client.transport.publish(
            surplus.map { DispatchBundle([$0.message], isRedelivered: $0.isRedelivered) }
        )
        let pairs = zip(surplus, outcomes)
        let sent = pairs.filter { $0.1 == .confirmed }.map(\.0)
        await core.consumer.acknowledge(sent)
        core.table.withLock { $0.disturbances.end(sent) }
        let refused = pairs.filter { $0.1 != .confirmed }.map(\.0)
        await core.giveBack(refused)
        // They come again at once, and would be refused as fast.
        return refused.isEmpty ? wait : Self.patience
    }
}
