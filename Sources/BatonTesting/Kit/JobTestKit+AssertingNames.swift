public import Baton

#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

// By the stored name, with some of the arguments.
extension JobTestKit {
    /// Checks that a job of a name waits to be run, now or later.
    ///
    /// - Parameters:
    ///   - name: The name the job is stored under.
    ///   - arguments: Arguments that it is to have, by their stored keys; it may have others. Of objects within them, too,
    ///     only the given keys count.
    ///   - queue: The queue it is to wait in; any by default.
    ///   - date: When it is to become due; any time by default.
    ///   - delay: How long it is to be until it becomes due, by the kit's clock; in place of `date`.
    ///   - tolerance: How far the due time may be off.
    ///   - fileID: The file of the assertion.
    ///   - line: The line of the assertion.
    /// - Returns: The job; the one stored first when there are several.
    /// - Throws: ``JobAssertionError`` when there is none; `JobError` for an argument that has no JSON form.
    @discardableResult
    public func assertEnqueued(
        named name: String,
        arguments: [String: any Encodable] = [:],
        queue: String? = nil,
        at date: Date? = nil,
        in delay: Duration? = nil,
        within tolerance: Duration = .seconds(1),
        fileID: String = #fileID,
        line: Int = #line
    ) throws -> JobSnapshot {
        let expectation = try JobExpectation(name, arguments, queue, due(date, delay, tolerance))
        return try assertion(expectation, fileID, line).first(among: storage.jobs)
    }

    /// Checks that jobs of a name wait to be run, a number of them.
    ///
    /// - Parameters:
    ///   - name: The name the jobs are stored under.
    ///   - count: How many.
    ///   - arguments: Arguments that they are to have, as for ``assertEnqueued(named:arguments:queue:at:in:within:fileID:line:)``.
    ///   - queue: The queue they are to wait in; any by default.
    ///   - date: When they are to become due; any time by default.
    ///   - delay: How long it is to be until they become due, by the kit's clock; in place of `date`.
    ///   - tolerance: How far the due time may be off.
    ///   - fileID: The file of the assertion.
    ///   - line: The line of the assertion.
    /// - Returns: The jobs, in the order in which they were stored.
    /// - Throws: ``JobAssertionError`` when there are more, or fewer; `JobError` for an argument that has no JSON form.
    @discardableResult
    public func assertEnqueued(
        named name: String,
        times count: Int,
        arguments: [String: any Encodable] = [:],
        queue: String? = nil,
        at date: Date? = nil,
        in delay: Duration? = nil,
        within tolerance: Duration = .seconds(1),
        fileID: String = #fileID,
        line: Int = #line
    ) throws -> [JobSnapshot] {
        let expectation = try JobExpectation(name, arguments, queue, due(date, delay, tolerance))
        return try assertion(expectation, fileID, line).exactly(count, among: storage.jobs)
    }

    /// Checks that no job of a name waits to be run.
    ///
    /// - Parameters:
    ///   - name: The name the job is stored under.
    ///   - arguments: Arguments that it is not to have, as for ``assertEnqueued(named:arguments:queue:at:in:within:fileID:line:)``.
    ///   - queue: The queue it is not to wait in; any by default.
    ///   - date: When it is not to become due; any time by default.
    ///   - delay: How long it is not to be until it becomes due, by the kit's clock; in place of `date`.
    ///   - tolerance: How far the due time may be off.
    ///   - fileID: The file of the assertion.
    ///   - line: The line of the assertion.
    /// - Throws: ``JobAssertionError`` when one does; `JobError` for an argument that has no JSON form; ``JobTestKitError``
    ///   for a name that the kit does not know and that no job was stored under: of a name that is misspelt nothing waits.
    public func refuteEnqueued(
        named name: String,
        arguments: [String: any Encodable] = [:],
        queue: String? = nil,
        at date: Date? = nil,
        in delay: Duration? = nil,
        within tolerance: Duration = .seconds(1),
        fileID: String = #fileID,
        line: Int = #line
    ) throws {
        let (expectation, jobs) = (
            try JobExpectation(name, arguments, queue, due(date, delay, tolerance)), storage.jobs
        )
        guard registry[name] != nil || jobs.contains(where: { $0.name == name }) else {
            throw JobTestKitError(
                .unknownJob,
                "There is no job “\(name)”. This kit knows: \(registry.names.sorted().joined(separator: ", ")).",
                of: self
            )
        }
        try assertion(expectation, fileID, line).none(among: jobs)
    }

    /// Waits until a job of a name waits to be run, for code that enqueues on a task of its own.
    ///
    /// There is no limit to the wait but the task's: a test's time limit cancels it.
    ///
    /// - Parameters:
    ///   - name: The name the job is stored under.
    ///   - arguments: Arguments that it is to have, as for ``assertEnqueued(named:arguments:queue:at:in:within:fileID:line:)``.
    ///   - queue: The queue it is to wait in; any by default.
    ///   - fileID: The file of the assertion.
    ///   - line: The line of the assertion.
    /// - Returns: The job; the one stored first when there are several.
    /// - Throws: ``JobAssertionError`` when the task is cancelled before; `JobError` for an argument that has no JSON form.
    @discardableResult
    public func waitUntilEnqueued(
        named name: String,
        arguments: [String: any Encodable] = [:],
        queue: String? = nil,
        fileID: String = #fileID,
        line: Int = #line
    ) async throws -> JobSnapshot {
        try await wait(for: assertion(JobExpectation(name, arguments, queue, nil), fileID, line))
    }
}
