import Locking

/// Sends wake-ups on, each by itself, that came here in a bundle and find no free thread: any server may take them then.
///
/// A bundle goes to one server. Where jobs are short that server gets through it in a moment; where they are long, the
/// others would stand idle beside it.
struct UnbundlingProcess: Sendable {
    /// How long a wake-up of a bundle waits for a thread; up to twice as long behind as many as begin in that time.
    static let patience = Duration.milliseconds(250)

    let core: ServerCore

    /// How many runs of each queue had begun at some time.
    private struct Mark {
        var begun: [String: Int]
        var at: JobInstant
    }

    /// How fast runs begin, measured over ``patience`` at least once that has passed.
    private struct Pace {
        private var older: Mark
        private var newer: Mark

        init(from mark: Mark) { (older, newer) = (mark, mark) }

        /// - Parameter mark: The present.
        mutating func note(_ mark: Mark) {
            if newer.at.duration(to: mark.at) >= UnbundlingProcess.patience { (older, newer) = (newer, mark) }
        }

        /// - Parameter mark: The present.
        /// - Returns: How many of each queue are taken to begin within ``patience``.
        func next(after mark: Mark) -> [String: Int] {
            let elapsed = older.at.duration(to: mark.at)
            guard elapsed > .zero else { return [:] }
            let share = UnbundlingProcess.patience / elapsed
            return mark.begun.merging(older.begun) { $0 - $1 }.mapValues { Int(Double($0) * share) }
        }
    }

    /// Sends on until cancelled.
    ///
    /// - Throws: `CancellationError` when the task is cancelled.
    func run() async throws {
        while true {
            try await core.bundled.wait()
            var pace = Pace(from: mark())
            while let since = core.table.withLock({ $0.bundledSince }) {
                var wait = core.clock.now.duration(to: since.advanced(by: Self.patience))
                if wait <= .zero {
                    // They wait here for a thread, rather than come back at once from a broker that takes nothing.
                    let staysSome = core.client.canPublish ? await sendOn(pace) : true
                    wait = staysSome ? Self.patience : .zero
                }
                pace.note(mark())
                if wait > .zero { try await core.clock.sleep(for: wait) }
            }
        }
    }

    private func mark() -> Mark {
        Mark(begun: core.table.withLock(\.begun), at: core.clock.now)
    }

    /// Sends on what is not next.
    ///
    /// A delivery is acknowledged once the broker has confirmed the message that takes its place. That one comes later in its
    /// queue: for a round of probing it is the same as a delivery that is given back.
    ///
    /// - Parameter pace: How fast runs have begun of late: as many are taken to begin in the next moment.
    /// - Returns: Whether some have waited as long that stay.
    private func sendOn(_ pace: Pace) async -> Bool {
        let next = pace.next(after: mark())
        let latest = core.clock.now.advanced(by: .zero - Self.patience)
        let (surplus, staysSome) = core.table.withLock { table in
            table.beginSettling()
            let surplus = table.takeBundled(since: latest, butNext: next)
            return (surplus, table.bundledSince.map { $0 <= latest } ?? false)
        }
        defer {
            core.table.withLock { $0.endSettling() }
            core.progress.ring()
        }
        guard !surplus.isEmpty else { return staysSome }
        let outcomes = await core.client.transport.publish(surplus.map(\.message))
        let pairs = zip(surplus, outcomes)
        let sent = pairs.filter { $0.1 == .confirmed }.map(\.0)
        await core.consumer.acknowledge(sent)
        core.table.withLock { $0.disturbances.end(sent) }
        await core.giveBack(pairs.filter { $0.1 != .confirmed }.map(\.0))
        return staysSome
    }
}
