import Baton

/// Holds an expectation against the jobs there are.
struct JobAssertion {
    /// How many jobs a message lists.
    private static let listed = 10

    let expectation: JobExpectation
    let fileID: String
    let line: Int
    /// The kit's seed.
    let seed: UInt64

    /// The jobs that are as expected.
    ///
    /// - Parameter jobs: All jobs.
    /// - Returns: Those, in the same order.
    func matches(among jobs: [JobSnapshot]) -> [JobSnapshot] {
        jobs.filter { expectation.differences(from: $0).isEmpty }
    }

    /// Asks for one such job at least.
    ///
    /// - Parameter jobs: All jobs.
    /// - Returns: The first.
    /// - Throws: ``JobAssertionError`` when there is none.
    func first(among jobs: [JobSnapshot]) throws(JobAssertionError) -> JobSnapshot {
        guard let first = matches(among: jobs).first else {
            throw error(.notEnqueued, "Expected to find enqueued:\n    \(expectation)", jobs)
        }
        return first
    }

    /// Asks for a number of such jobs.
    ///
    /// - Parameters:
    ///   - count: How many.
    ///   - jobs: All jobs.
    /// - Returns: They.
    /// - Throws: ``JobAssertionError`` when there are more, or fewer.
    func exactly(_ count: Int, among jobs: [JobSnapshot]) throws(JobAssertionError) -> [JobSnapshot] {
        let matches = matches(among: jobs)
        guard matches.count == count else {
            throw error(
                .wrongCount,
                "Expected to find enqueued, \(count)×:\n    \(expectation)\nThere are \(matches.count).",
                jobs
            )
        }
        return matches
    }

    /// Asks for no such job.
    ///
    /// - Parameter jobs: All jobs.
    /// - Throws: ``JobAssertionError`` when there is one.
    func none(among jobs: [JobSnapshot]) throws(JobAssertionError) {
        guard matches(among: jobs).isEmpty else {
            throw error(.enqueued, "Expected not to find enqueued:\n    \(expectation)", jobs)
        }
    }

    private func error(_ code: JobAssertionError.Code, _ expected: String, _ jobs: [JobSnapshot]) -> JobAssertionError {
        let found = jobs.enumerated()
            .map { (index: $0.offset, job: $0.element, differences: expectation.differences(from: $0.element)) }
            .sorted { ($0.differences.weight, $0.index) < ($1.differences.weight, $1.index) }
        var message = expected
        if found.isEmpty {
            message += "\nThere are no jobs at all."
        } else {
            message += "\nThe jobs there are, nearest first:"
        }
        for (_, job, differences) in found.prefix(Self.listed) {
            message += "\n    \(job.line)"
            if !differences.isEmpty {
                message += "\n        \(differences.map(\.text).joined(separator: "; "))"
            }
        }
        if found.count > Self.listed {
            message += "\n    … and \(found.count - Self.listed) more"
        }
        return JobAssertionError(
            code: code,
            message: message,
            jobs: found.map(\.job),
            fileID: fileID,
            line: line,
            seed: seed
        )
    }
}

extension [JobExpectation.Difference] {
    fileprivate var weight: Int {
        reduce(0) { $0 + $1.weight }
    }
}
