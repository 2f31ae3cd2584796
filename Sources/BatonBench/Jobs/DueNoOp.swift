import Baton

/// A delayed job that only notes that it starts.
struct DueNoOp: JobCall {
    typealias Receiver = DueTally

    static let name = "bench.due"

    let arguments: SampleArguments

    init() {
        arguments = .typical
    }

    func run(on tally: DueTally, in context: JobContext) {
        tally.start(context.id)
    }
}

extension DueTally: JobReceiver {
    static var jobs: [JobDefinition<DueTally>] { [JobDefinition(DueNoOp.self)] }
}
