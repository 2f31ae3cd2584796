import Baton
import BatonMacros
import EndToEndSupport

/// The jobs that the tests enqueue.
@Jobs
struct TestJobs: Sendable {
    let board: Board

    /// Returns its text.
    @Job("test.echo")
    func echo(_ text: String) -> String {
        board.count("echo")
        board.echo(text)
        return text
    }

    /// Does nothing.
    @Job("test.nothing")
    func nothing() {}

    /// Fails its first attempts.
    @Job("test.fail")
    func fail(times: Int, context: JobContext) throws -> Int {
        guard context.attempt > times else {
            throw TestJobError(attempt: context.attempt)
        }
        return context.attempt
    }

    /// Begins, and ends when the test lets it, or when it is cancelled.
    @Job("test.hold")
    func hold(_ name: String, context: JobContext) async throws -> String {
        board.count(name)
        board.arrival(of: name).open()
        do {
            try await board.release(of: name).wait()
        } catch {
            board.arrival(of: "\(name) cancelled").open()
            throw error
        }
        return "\(name) in run \(context.run)"
    }

    /// Fails, and is deleted when it has failed often enough.
    @Job("test.picky", maximumAttempts: 2, retry: .fixed([.milliseconds(20)]).whenExhausted(.delete))
    func beDeleted(context: JobContext) throws {
        throw TestJobError(attempt: context.attempt)
    }

    /// Fails at once for good: its error is none that is retried.
    @Job("test.hopeless", retry: .hangfire.except(on: TestJobError.self))
    func beHopeless(context: JobContext) throws {
        throw TestJobError(attempt: context.attempt)
    }

    /// Snoozes in its first runs.
    @Job("test.snooze", maximumAttempts: 1)
    func snooze(rounds: Int, milliseconds: Int, context: JobContext) throws -> String {
        guard context.run > rounds else {
            throw JobSnooze(for: .milliseconds(milliseconds), reason: "round \(context.run)")
        }
        return "attempt \(context.attempt) in run \(context.run)"
    }

    /// Is not wanted any more.
    @Job("test.discard")
    func discard(reason: String) throws {
        throw JobDiscard(reason: reason)
    }

    /// Says how far it is, then waits for the test.
    @Job("test.progress")
    func advance(context: JobContext) async throws {
        context.reportProgress(0.25, "a “quarter”")
        try await board.release(of: "advance").wait()
        context.reportProgress(1)
    }

    /// Pays no heed to its cancellation.
    @Job("test.stubborn")
    func beStubborn() async throws {
        let board = board
        board.arrival(of: "stubborn").open()
        try await Task.detached { try await board.release(of: "stubborn").wait() }.value
    }

    /// Returns whatever is nested in it.
    @Job("test.nest")
    func nest(_ nest: Nest) -> Nest {
        nest
    }
}

/// Arguments inside arguments.
final class Nest: Codable, Sendable, Equatable {
    let inner: Nest?
    let text: String

    init(_ inner: Nest?, text: String) {
        self.inner = inner
        self.text = text
    }

    static func == (left: Nest, right: Nest) -> Bool {
        left.text == right.text && left.inner == right.inner
    }
}

/// What ``TestJobs/fail(times:context:)`` throws.
struct TestJobError: Error, CustomStringConvertible {
    let attempt: Int

    var description: String { "attempt \(attempt) fails on purpose" }
}

/// A job without macros.
struct Multiply: Job {
    static let name = "test.multiply"

    let left: Int
    let right: Int

    func run(in context: JobContext) async throws -> Int {
        left * right
    }
}
