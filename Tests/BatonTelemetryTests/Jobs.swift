import Baton

struct Tell: Job {
    static let name = "telemetry.tell"
    func run(in context: JobContext) async throws {}
}

struct Fail: Job {
    struct Failure: Error {}
    static let name = "telemetry.fail"
    static let options = JobOptions(maximumAttempts: 1)
    func run(in context: JobContext) async throws { throw Failure() }
}

struct Discard: Job {
    static let name = "telemetry.discard"
    func run(in context: JobContext) async throws { throw JobDiscard(reason: "enough") }
}
