import Locking

/// Has the broker show this server's own queue after each renewal, for the next offer to rest on.
///
/// Apart from the heartbeats, which a broker that does not answer must not hold up.
struct OfferProcess: Sendable {
    let core: ServerCore

    /// Asks until cancelled.
    ///
    /// - Throws: `CancellationError` when the task is cancelled.
    func run() async throws {
        while true {
            try await core.renewed.wait()
            guard let renewal = core.offer.withLock({ $0.renewal }) else { continue }
            let queue = await core.consumer.sight(core.presence)
            if queue?.isThere == true {
                core.offer.withLock { $0.stood(after: renewal) }
            }
        }
    }
}
