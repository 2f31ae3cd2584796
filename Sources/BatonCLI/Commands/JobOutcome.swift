import Baton

/// What became of a job that was to be moved by hand.
struct JobOutcome {
    enum Kind {
        case done, refused, missing
    }

    let id: JobID
    let kind: Kind
    /// The state in which it is now; `nil` when there is no such job.
    let state: JobState?
}

extension [JobOutcome] {
    /// Prints what became of jobs, and ends with the code of the worst.
    ///
    /// - Parameters:
    ///   - verb: What was done with those that were moved.
    ///   - output: How to print it.
    /// - Throws: ``CLIError`` when one was refused or is not there.
    func report(_ verb: String, _ output: Output) throws(CLIError) {
        output.write(
            .object([
                "jobs": .array(
                    map { outcome in
                        .object([
                            "id": .string("\(outcome.id)"),
                            "outcome": .string(outcome.word(verb)),
                            "state": .optional(outcome.state?.rawValue),
                        ])
                    }
                )
            ]),
            map { outcome in
                switch outcome.kind {
                case .done: "\(outcome.id)  \(verb)\n"
                case .refused: "\(outcome.id)  refused: it is \(outcome.state?.rawValue ?? "on the move")\n"
                case .missing: "\(outcome.id)  there is no such job\n"
                }
            }
            .joined()
        )
        if contains(where: { $0.kind == .refused }) { throw CLIError(.refused) }
        if contains(where: { $0.kind == .missing }) { throw CLIError(.notFound) }
    }
}

extension JobOutcome {
    fileprivate func word(_ verb: String) -> String {
        switch kind {
        case .done: verb
        case .refused: "refused"
        case .missing: "missing"
        }
    }
}
