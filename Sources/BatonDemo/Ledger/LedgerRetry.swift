import Logging
import PostgresClient

/// Repeats what may be repeated until the database answers: its loss must not fail a job.
struct LedgerRetry {
    let logger: Logger

    /// Runs a piece of work until it is answered.
    ///
    /// - Parameters:
    ///   - action: What it does, for the log.
    ///   - body: The work; it may be repeated although it has taken effect.
    /// - Throws: `PostgresError` that a repetition cannot mend, `CancellationError`.
    func run(_ action: String, _ body: () async throws(PostgresError) -> Void) async throws {
        var wait = Duration.milliseconds(50)
        while true {
            do throws(PostgresError) {
                return try await body()
            } catch {
                guard error.isRetryable else { throw error }
                logger.warning("\(action) failed, trying again", metadata: ["error": "\(error.code)"])
            }
            try await Task.sleep(for: wait)
            wait = min(wait * 2, .seconds(2))
        }
    }
}
