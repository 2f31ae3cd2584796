public import Baton

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

extension JobTestKit {
    /// The jobs that wait to be run, now or later, in the order in which they were stored.
    public var enqueuedJobs: [JobSnapshot] {
        storage.jobs.filter(\.waits)
    }

    /// The calls of one job that wait to be run, now or later, read back from what is stored.
    ///
    /// ```swift
    /// #expect(try kit.enqueuedCalls(of: Reindex.self).map(\.shard) == [1, 2, 3])
    /// ```
    ///
    /// - Parameter type: The job.
    /// - Returns: The calls, in the order in which they were stored.
    /// - Throws: `JobError` for stored arguments that do not fit.
    public func enqueuedCalls<Call: JobCall>(of type: Call.Type) throws(JobError) -> [Call] {
        var calls: [Call] = []
        for job in enqueuedJobs where job.name == Call.name {
            calls.append(try JobArgumentsCoder.decode(type, from: job.arguments))
        }
        return calls
    }

    func assertion(_ expectation: JobExpectation, _ fileID: String, _ line: Int) -> JobAssertion {
        JobAssertion(expectation: expectation, fileID: fileID, line: line, seed: seed)
    }

    func due(_ date: Date?, _ delay: Duration?, _ tolerance: Duration) -> JobExpectation.Due? {
        let date = date ?? delay.map { clock.date.addingTimeInterval($0 / .seconds(1)) }
        return date.map { JobExpectation.Due(date: $0, tolerance: tolerance) }
    }
}
