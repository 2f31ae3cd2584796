import Baton

/// A job that only tells that it starts, to whoever reads what its process writes.
struct ToldNoOp: Job {
    static let name = "bench.told"

    func run(in context: JobContext) {
        StandardOutput.write(StartLog.line(context.id, startedAt: MonotonicClock.now))
    }
}
