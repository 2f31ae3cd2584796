import Baton

/// A job that takes as long as its test wants.
struct HeldJob: JobCall {
    typealias Receiver = Body

    /// What it does.
    struct Body: JobReceiver {
        static let jobs = [JobDefinition<Body>(HeldJob.self)]

        let body: @Sendable () async throws -> Void

        init(_ body: @escaping @Sendable () async throws -> Void) {
            self.body = body
        }
    }

    static let name = "chaos.held"

    func run(on receiver: Body, in context: JobContext) async throws {
        try await receiver.body()
    }
}
