import Baton

/// A job that does nothing: what is measured is the system.
struct NoOp: Job {
    static let name = "bench.noop"

    /// About as much as real jobs carry.
    let arguments: SampleArguments

    init() {
        arguments = .typical
    }

    func run(in context: JobContext) {}
}
