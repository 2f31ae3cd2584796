/// Puts jobs back whose eager start was not answered, so that they need not wait for an audit.
struct LostStartProcess: Sendable {
    let core: ServerCore

    /// Puts back until cancelled.
    ///
    /// - Throws: `CancellationError`.
    func run() async throws {
        while true {
            for (owner, starts) in try await core.lostStarts.next().grouped(by: \.owner) {
                await core.putBackUnheld(starts.map(\.run), owner, areAll: false)
            }
        }
    }
}
