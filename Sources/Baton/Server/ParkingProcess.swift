import Locking
import Logging

/// Sets messages without a row aside, so that a person can look at them (PROTOCOL section 3).
///
/// Apart from the claims, which a broker that takes no message must not hold up.
struct ParkingProcess: Sendable {
    /// How long a broker that took no message is left alone: what is given back comes again at once.
    private static let pause = Duration.seconds(1)

    let core: ServerCore

    /// Parks until cancelled.
    ///
    /// - Throws: `CancellationError`.
    func run() async throws {
        while true {
            try await park(try await core.ghosts.next())
        }
    }

    private func park(_ ghosts: [Delivery]) async throws {
        let outcomes = await core.client.transport.park(
            ghosts.map(\.message),
            reason: "There is no job of this id, history included."
        )
        let parked = zip(ghosts, outcomes).filter { $0.1 == .confirmed }.map(\.0)
        await core.consumer.acknowledge(parked)
        await core.count([.parkedMessages: parked.count])
        if parked.count < ghosts.count {
            try await core.clock.sleep(for: Self.pause)
            let unparked = zip(ghosts, outcomes).filter { $0.1 != .confirmed }.map(\.0)
            core.table.withLock { $0.disturbances.begin(unparked) }
            await core.giveBack(unparked)
        }
    }
}
