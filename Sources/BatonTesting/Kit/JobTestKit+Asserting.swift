public import Baton

#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

// By a call: its arguments are compared as they are stored.
extension JobTestKit {
    /// Checks that a call waits to be run, now or later.
    ///
    /// - Parameters:
    ///   - call: The call; all of its arguments count.
    ///   - queue: The queue it is to wait in; any by default.
    ///   - date: When it is to become due; any time by default.
    ///   - delay: How long it is to be until it becomes due, by the kit's clock; in place of `date`.
    ///   - tolerance: How far the due time may be off.
    ///   - fileID: The file of the assertion.
    ///   - line: The line of the assertion.
    /// - Returns: The job; the one stored first when there are several.
    /// - Throws: ``JobAssertionError`` when there is none; `JobError` for a call that cannot be stored.
    @discardableResult
    public func assertEnqueued(
        _ call: some JobCall,
        queue: String? = nil,
        at date: Date? = nil,
        in delay: Duration? = nil,
        within tolerance: Duration = .seconds(1),
        fileID: String = #fileID,
        line: Int = #line
    ) throws -> JobSnapshot {
        try assertion(.init(call, queue, due(date, delay, tolerance)), fileID, line).first(among: storage.jobs)
    }

    /// Checks that a call waits to be run a number of times.
    ///
    /// - Parameters:
    ///   - call: The call; all of its arguments count.
    ///   - count: How often.
    ///   - queue: The queue it is to wait in; any by default.
    ///   - date: When it is to become due; any time by default.
    ///   - delay: How long it is to be until it becomes due, by the kit's clock; in place of `date`.
    ///   - tolerance: How far the due time may be off.
    ///   - fileID: The file of the assertion.
    ///   - line: The line of the assertion.
    /// - Returns: The jobs, in the order in which they were stored.
    /// - Throws: ``JobAssertionError`` when there are more, or fewer; `JobError` for a call that cannot be stored.
    @discardableResult
    public func assertEnqueued(
        _ call: some JobCall,
        times count: Int,
        queue: String? = nil,
        at date: Date? = nil,
        in delay: Duration? = nil,
        within tolerance: Duration = .seconds(1),
        fileID: String = #fileID,
        line: Int = #line
    ) throws -> [JobSnapshot] {
        try assertion(.init(call, queue, due(date, delay, tolerance)), fileID, line).exactly(count, among: storage.jobs)
    }

    /// Checks that a call does not wait to be run.
    ///
    /// - Parameters:
    ///   - call: The call; all of its arguments count.
    ///   - queue: The queue it is not to wait in; any by default.
    ///   - date: When it is not to become due; any time by default.
    ///   - delay: How long it is not to be until it becomes due, by the kit's clock; in place of `date`.
    ///   - tolerance: How far the due time may be off.
    ///   - fileID: The file of the assertion.
    ///   - line: The line of the assertion.
    /// - Throws: ``JobAssertionError`` when it does; `JobError` for a call that cannot be stored.
    public func refuteEnqueued(
        _ call: some JobCall,
        queue: String? = nil,
        at date: Date? = nil,
        in delay: Duration? = nil,
        within tolerance: Duration = .seconds(1),
        fileID: String = #fileID,
        line: Int = #line
    ) throws {
        try assertion(.init(call, queue, due(date, delay, tolerance)), fileID, line).none(among: storage.jobs)
    }

    /// Waits until a call waits to be run, for code that enqueues on a task of its own.
    ///
    /// There is no limit to the wait but the task's: a test's time limit cancels it.
    ///
    /// - Parameters:
    ///   - call: The call; all of its arguments count.
    ///   - queue: The queue it is to wait in; any by default.
    ///   - fileID: The file of the assertion.
    ///   - line: The line of the assertion.
    /// - Returns: The job; the one stored first when there are several.
    /// - Throws: ``JobAssertionError`` when the task is cancelled before; `JobError` for a call that cannot be stored.
    @discardableResult
    public func waitUntilEnqueued(
        _ call: some JobCall,
        queue: String? = nil,
        fileID: String = #fileID,
        line: Int = #line
    ) async throws -> JobSnapshot {
        try await wait(for: assertion(.init(call, queue, nil), fileID, line))
    }
}
