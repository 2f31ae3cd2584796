internal import Locking
internal import ServiceLifecycle
#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

/// Jobs kept in the memory of this process: for first steps, for tests, and for programs whose jobs may end with them.
///
/// A job goes through the same moves as in PostgreSQL, with the same history, but for the commit: with the process all is
/// gone. It needs no servers and may be used before and after ``run()``.
public final class InMemoryStorage: JobStorage, Sendable {
    let clock: any JobClock
    private let state: Locked<State>

    private struct State {
        var tables: InMemoryTables
        var waiting = WorkWaiters()
    }

    /// Creates an empty storage.
    ///
    /// - Parameter clock: Its time; due times and leases are judged by ``JobClock/date``.
    public convenience init(clock: any JobClock = SystemClock()) {
        self.init(clock: clock, observer: nil)
    }

    /// Creates an empty storage that is watched.
    ///
    /// - Parameters:
    ///   - clock: Its time.
    ///   - observer: Who is shown every move.
    package init(clock: any JobClock, observer: (any InMemoryObserver)?) {
        self.clock = clock
        self.state = Locked(State(tables: InMemoryTables(at: clock.date.inMicroseconds, observer: observer)))
    }

    /// Does nothing until the service is shut down.
    ///
    /// - Throws: `CancellationError` when it is cancelled.
    public func run() async throws {
        try await gracefulShutdown()
    }

    /// Every job as it stands, in the order in which they were stored.
    public var jobs: [JobSnapshot] {
        read { $0.rows.values.map(\.snapshot) }
    }

    // MARK: Tables

    /// Looks at what is stored.
    ///
    /// - Parameter body: What to look at; it must not call the storage.
    /// - Returns: What the body returns.
    package func read<Answer>(_ body: (InMemoryTables) -> Answer) -> Answer {
        state.withLock { body($0.tables) }
    }

    /// Changes what is stored, past the protocol: who waits for work is not told.
    ///
    /// - Parameter body: What to change; it must not call the storage.
    /// - Returns: What the body returns.
    @discardableResult
    package func change<Answer>(_ body: (inout InMemoryTables) -> Answer) -> Answer {
        state.withLock { state in
            defer { state.waiting.noteAll(state.tables.rows) }
            return body(&state.tables)
        }
    }

    /// Carries one call out, and wakes whoever waits for a row that it put into a queue.
    ///
    /// - Parameter body: The call, given the present date. It changes nothing before it throws.
    /// - Returns: What the body returns.
    /// - Throws: What the body throws.
    func transaction<Answer, Failure: Error>(
        _ body: (inout InMemoryTables, Date) throws(Failure) -> Answer
    ) throws(Failure) -> Answer {
        let now = clock.date.inMicroseconds
        let (answer, woken) = try state.withLock { state throws(Failure) in
            let answer = try body(&state.tables, now)
            return (answer, state.waiting.takeWoken(by: state.tables.rows))
        }
        for waiter in woken { waiter.resume() }
        return answer
    }

    /// Reaches those who wait for work, with the rows that they wait for.
    func withWaiters<Answer>(_ body: (inout WorkWaiters, InMemoryRows) -> Answer) -> Answer {
        state.withLock { body(&$0.waiting, $0.tables.rows) }
    }
}
