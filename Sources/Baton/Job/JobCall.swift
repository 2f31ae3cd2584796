/// A function call that can be stored and run later: its own arguments, plus where and how to run.
///
/// The conforming type's stored properties are the arguments. They are written down as a JSON object keyed by property
/// name, so a row is readable, and easy to produce from any language. `@Job` writes a conformance for an ordinary
/// function; a hand-written job conforms to ``Job``.
public protocol JobCall: Codable, Sendable {
    /// What the function is called on; `Void` for a function that needs nothing.
    associatedtype Receiver: Sendable = Void

    /// What the function returns, kept as the job's result; `Void` for nothing.
    associatedtype Output: Sendable = Void

    /// The name the job is stored under.
    ///
    /// Jobs already stored are found by it, so it must not change when the code is renamed.
    static var name: String { get }

    /// Former names: jobs stored under one of them run as this job.
    static var aliases: [String] { get }

    /// How the job is queued and retried when the enqueuing code says nothing else.
    static var options: JobOptions { get }

    /// Whether a failed run is tried again, when, and what becomes of the job when its attempts are used up; `nil` for
    /// what the server says.
    static var retry: RetryPolicy? { get }

    /// The job's own filters, after those of all jobs; best kept in a `static let`, since every enqueue asks for it.
    static var filters: JobFilters { get }

    /// Whether two runs of one job must not overlap, not even when a server is cut off from the database.
    ///
    /// A run of such a job is cancelled when the lease that protects it is over by the server's own count, since from then
    /// on another server may start the job. The count begins when the last answered renewal was *sent*, and includes time
    /// for which the machine was suspended. What was cancelled is put back, and no attempt is spent.
    ///
    /// It goes as far as Swift's cancellation does: a function that does not give way runs on, though nothing it returns is
    /// stored once the job was taken away. A process that was stopped runs on for the moment that cancelling takes. A
    /// server that knows exclusive jobs takes no part in ``JobServerConfiguration/fastTakeover``.
    static var isExclusive: Bool { get }

    /// Runs the call.
    ///
    /// - Parameters:
    ///   - receiver: What the function is called on.
    ///   - context: The run this is: its id, attempt, logger.
    /// - Returns: The result to keep.
    /// - Throws: What the function throws; the attempt then counts as failed.
    func run(on receiver: Receiver, in context: JobContext) async throws -> Output

    /// Writes a result down as JSON.
    ///
    /// `Void` and `Encodable` results need no implementation.
    ///
    /// - Parameter output: What ``run(on:in:)`` returned.
    /// - Returns: The JSON to keep, or `nil` when there is no result.
    /// - Throws: ``JobError`` when the result cannot be stored.
    static func encode(output: Output) throws -> JSONText?
}

extension JobCall {
    /// No former names.
    public static var aliases: [String] { [] }

    /// Nothing but the defaults.
    public static var options: JobOptions { JobOptions() }

    /// What the server says.
    public static var retry: RetryPolicy? { nil }

    /// None but those of all jobs.
    public static var filters: JobFilters { [] }

    /// Runs may overlap for a moment when a server is cut off for a whole lease.
    public static var isExclusive: Bool { false }
}

extension JobCall where Output == Void {
    /// A job that returns nothing keeps no result.
    ///
    /// - Parameter output: Nothing.
    /// - Returns: `nil`.
    public static func encode(output: Void) -> JSONText? { nil }
}

extension JobCall where Output: Encodable {
    /// Writes the result down as JSON, with the same forms for dates and data as arguments have.
    ///
    /// - Parameter output: What ``run(on:in:)`` returned.
    /// - Returns: The JSON to keep.
    /// - Throws: ``JobError`` when the result cannot be stored.
    public static func encode(output: Output) throws -> JSONText? {
        try JobArgumentsCoder.encode(output: output, of: name)
    }
}

extension JobCall {
    /// Refuses a result that cannot be stored.
    ///
    /// - Parameter output: What ``run(on:in:)`` returned.
    /// - Returns: Nothing; it is never called.
    /// - Throws: Nothing; it is never called.
    @available(*, unavailable, message: "the result of a job must be Encodable and Sendable, or Void")
    public static func encode(output: Output) throws -> JSONText? { nil }
}
