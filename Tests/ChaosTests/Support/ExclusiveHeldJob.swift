import Baton

/// A job that must not overlap with itself, and takes as long as its test wants.
struct ExclusiveHeldJob: JobCall {
    typealias Receiver = Body

    /// What it does.
    struct Body: JobReceiver {
        static let jobs = [JobDefinition<Body>(ExclusiveHeldJob.self)]

        let body: @Sendable () async throws -> Void

        init(_ body: @escaping @Sendable () async throws -> Void) {
            self.body = body
        }
    }

    static let name = "chaos.exclusive"
    static let options = JobOptions(queue: "exclusive")
    static let isExclusive = true

    func run(on receiver: Body, in context: JobContext) async throws {
        try await receiver.body()
    }
}
