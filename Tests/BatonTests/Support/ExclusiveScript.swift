import Baton

/// A receiver whose job is exclusive, and does what the test says.
struct ExclusiveScript: JobReceiver {
    /// Its one job.
    struct Call: JobCall {
        typealias Receiver = ExclusiveScript

        static let name = "exclusive"
        static let isExclusive = true

        func run(on receiver: ExclusiveScript, in context: JobContext) async throws {
            try await receiver.body()
        }
    }

    static let jobs = [JobDefinition<ExclusiveScript>(Call.self)]

    let body: @Sendable () async throws -> Void
}
