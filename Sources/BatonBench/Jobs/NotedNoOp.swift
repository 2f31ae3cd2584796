import Baton

/// A job that only notes that it starts; no two of a run are due at the same time, so that a doubled one shows.
struct NotedNoOp: JobCall {
    typealias Receiver = OutageRecorder

    static let name = "bench.noted"

    /// When it was to be enqueued, in nanoseconds of ``MonotonicClock``.
    let dueAt: UInt64
    let arguments: SampleArguments

    init(dueAt: UInt64) {
        self.dueAt = dueAt
        arguments = .typical
    }

    func run(on recorder: OutageRecorder, in context: JobContext) {
        recorder.start(context.id, dueAt: dueAt)
    }
}

extension OutageRecorder: JobReceiver {
    static var jobs: [JobDefinition<OutageRecorder>] { [JobDefinition(NotedNoOp.self)] }
}
