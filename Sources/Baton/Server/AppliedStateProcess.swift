/// Tells filters of the states that ends of runs have put their jobs in.
///
/// A process of its own: whatever a filter does, ends are stored and deliveries acknowledged meanwhile.
struct AppliedStateProcess: Sendable {
    let core: ServerCore

    /// Tells until cancelled, and then what there is to be told yet.
    ///
    /// - Throws: `CancellationError`.
    func run() async throws {
        while true {
            for applied in try await core.applied.next() {
                await core.registry.tell(of: applied, core.client.filters)
            }
        }
    }
}
