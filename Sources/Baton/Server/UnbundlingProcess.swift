import Locking

/// Sends wake-ups on, each by itself, that came here in a bundle and find no free thread: any server may take them then.
///
/// A bundle goes to one server. Where jobs are short that server gets through it in a moment; where they are long, the
/// others would stand idle beside it.
struct UnbundlingProcess: Sendable {
    /// How long a wake-up of a bundle waits for a thread.
    static let patience = Duration.milliseconds(250)

    let core: ServerCore

    /// Sends on until cancelled.
    ///
    /// - Throws: `CancellationError` when the task is cancelled.
    func run() async throws {
        while true {
            try await core.bundled.wait()
            while let since = core.table.withLock({ $0.bundledSince }) {
                let wait = core.clock.now.duration(to: since.advanced(by: Self.patience))
                if wait > .zero {
                    try await core.clock.sleep(for: wait)
                } else if !core.client.canPublish {
                    // They wait here for a thread, rather than come back at once from a broker that takes nothing.
                    try await core.clock.sleep(for: Self.patience)
                } else {
                    await sendOn()
                }
            }
        }
    }

    /// A delivery is acknowledged once the broker has confirmed the message that takes its place.
    ///
    /// That one comes later in its queue: for a round of probing it is the same as a delivery that is given back.
    private func sendOn() async {
        let latest = core.clock.now.advanced(by: .zero - Self.patience)
        let surplus = core.table.withLock { table in
            table.beginSettling()
            return table.takeWaiting(since: latest, where: \.isBundled)
        }
        defer {
            core.table.withLock { $0.endSettling() }
            core.progress.ring()
        }
        let outcomes = await core.client.transport.publish(surplus.map(\.message))
        let pairs = zip(surplus, outcomes)
        let sent = pairs.filter { $0.1 == .confirmed }.map(\.0)
        await core.consumer.acknowledge(sent)
        core.table.withLock { $0.disturbances.end(sent) }
        await core.giveBack(pairs.filter { $0.1 != .confirmed }.map(\.0))
    }
}
