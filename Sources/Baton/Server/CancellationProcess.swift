/// Ends the tasks of runs that are not wanted any more.
///
/// Apart from those that say so: a cancelled task runs the job's own cancellation handlers on the thread that cancels it,
/// and what they do must hold up neither claims nor heartbeats.
struct CancellationProcess: Sendable {
    let core: ServerCore

    /// Cancels until cancelled itself.
    ///
    /// - Throws: `CancellationError` when the task is cancelled.
    func run() async throws {
        while true {
            for cancel in try await core.cancellations.next() {
                cancel()
            }
        }
    }
}
