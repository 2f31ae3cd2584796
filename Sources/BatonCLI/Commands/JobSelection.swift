import ArgumentParser
import Baton

/// Which jobs a command moves: those that are named, or all that match.
struct JobSelection: ParsableArguments {
    @Argument(help: "The jobs' ids; none where jobs are chosen by --state.")
    var ids: [JobID] = []

    @Option(help: "All jobs in this state; may be given several times.")
    var state: [JobState] = []

    @Option(help: "With --state: only those of this queue.")
    var queue: String?

    @Option(help: "With --state: only those of this type, such as mail.welcome.")
    var name: String?

    func validate() throws {
        guard ids.isEmpty != state.isEmpty else { throw ValidationError("Give either ids or --state.") }
        guard !state.isEmpty || queue == nil && name == nil else {
            throw ValidationError("--queue and --name go with --state.")
        }
    }

    /// What is to be matched; `nil` where jobs are named.
    var filter: JobFilter? {
        state.isEmpty ? nil : JobFilter(states: Set(state), queue: queue, name: name)
    }

    /// Prints how many jobs were moved.
    ///
    /// - Parameters:
    ///   - count: How many.
    ///   - verb: What was done with them.
    ///   - output: How to print it.
    static func report(_ count: Int, _ verb: String, _ output: Output) {
        output.write(.object([verb: .number(count)]), "\(count) \(count == 1 ? "job" : "jobs") \(verb)\n")
    }
}
