/// Claims from storage as soon as the broker has fallen silent, and leaves it to messages as soon as it is heard again.
///
/// Apart from that it is looked for at each heartbeat.
struct BrokerTurnProcess: Sendable {
    let core: ServerCore

    /// Looks until cancelled.
    ///
    /// - Throws: `CancellationError` when the task is cancelled.
    func run() async throws {
        while true {
            try await core.news.turns.wait()
            core.link.refuses(core.client.publisher.lookForBroker())
        }
    }
}
