import Locking

/// Sends wake-ups on, each by itself, that came here in a bundle and find no free thread: any server may take them then.
///
/// A bundle goes to one server. Where jobs are short that server gets through it in a moment; where they are long, the
/// others would stand idle beside it.
struct UnbundlingProcess: Sendable {
    /// How long a wake-up of a bundle waits for a thread; longer only where so many begin in this time that its turn is next.
    static let patience = Duration.milliseconds(250)

    let core: ServerCore

    /// How many runs had begun at some time.
    private struct Mark {
        var begun: Int
        var at: JobInstant
    }

    /// Sends on until cancelled.
    ///
    /// - Throws: `CancellationError` when the task is cancelled.
    func run() async throws {
        while true {
            try await core.bundled.wait()
            var mark = self.mark()
            while let since = core.table.withLock({ $0.bundledSince }) {
                var wait = core.clock.now.duration(to: since.advanced(by: Self.patience))
                if wait <= .zero {
                    // They wait here for a thread, rather than come back at once from a broker that takes nothing.
                    let staysSome = core.client.canPublish ? await sendOn(since: mark) : true
                    wait = staysSome ? Self.patience : .zero
                }
                mark = self.mark()
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
    /// - Parameter mark: What had begun a moment ago: as much is taken to begin in the next.
    /// - Returns: Whether some have waited as long that stay.
    private func sendOn(since mark: Mark) async -> Bool {
        let now = core.clock.now
        let latest = now.advanced(by: .zero - Self.patience)
        let elapsed = max(mark.at.duration(to: now), .milliseconds(1))
        let (surplus, staysSome) = core.table.withLock { table in
            table.beginSettling()
            let next = Double(table.begun - mark.begun) * (Self.patience / elapsed)
            let surplus = table.takeBundled(since: latest, but: Int(next))
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
