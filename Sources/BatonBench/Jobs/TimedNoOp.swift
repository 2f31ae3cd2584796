import Baton

/// A job that notes when it starts, and takes as long as the measurement says: nothing, unless told otherwise.
struct TimedNoOp: JobCall {
    typealias Receiver = LatencyRecorder

    static let name = "bench.timed"

    /// When it was to be enqueued, in nanoseconds of ``MonotonicClock``.
    let dueAt: UInt64
    /// When it was, by the same clock.
    let calledAt: UInt64
    let arguments: SampleArguments

    init(dueAt: UInt64) {
        self.dueAt = dueAt
        calledAt = MonotonicClock.now
        arguments = .typical
    }

    func run(on recorder: LatencyRecorder, in context: JobContext) async throws {
        recorder.start(context.id, dueAt: dueAt, calledAt: calledAt)
        if recorder.work > .zero { try await Task.sleep(for: recorder.work) }
    }
}

extension LatencyRecorder: JobReceiver {
    static var jobs: [JobDefinition<LatencyRecorder>] { [JobDefinition(TimedNoOp.self)] }
}
