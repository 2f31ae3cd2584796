import Baton

/// A receiver whose job does what the test says.
struct Script: JobReceiver {
    /// Its one job.
    struct Call: JobCall {
        typealias Receiver = Script
        typealias Output = String

        static let name = "script"
        var text: String

        func run(on receiver: Script, in context: JobContext) async throws -> String {
            try await receiver.body(text, context)
        }
    }

    static let jobs = [JobDefinition<Script>(Call.self)]

    let body: @Sendable (String, JobContext) async throws -> String

    init(_ body: @escaping @Sendable (String, JobContext) async throws -> String = { text, _ in text }) {
        self.body = body
    }
}

/// What a job of a test throws.
struct Misfortune: Error, CustomStringConvertible {
    let description = "bad luck"
}

/// A job that no server of the test knows.
struct Stranger: Job {
    static let name = "stranger"

    func run(in context: JobContext) async throws {}
}
