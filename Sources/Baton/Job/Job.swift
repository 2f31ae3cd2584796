/// A hand-written job: a type whose stored properties are the arguments, and that runs itself.
///
/// ```swift
/// struct Reindex: Job {
///     static let name = "search.reindex"
///     var shard: Int
///     func run(in context: JobContext) async throws { … }
/// }
/// ```
///
/// `@Job` on an ordinary function does the same with less to write.
public protocol Job: JobCall where Receiver == Void, Output == Returned {
    /// What the job returns, kept as its result; `Void` for nothing.
    ///
    /// Another name for ``JobCall/Output``. Under that name the compiler would infer it from ``JobCall`` alone, without
    /// looking at ``run(in:)``, in files that ask for the job as a ``JobCall`` first: `Void`, and the result would be lost.
    associatedtype Returned: Sendable = Void

    /// Runs the job.
    ///
    /// - Parameter context: The run this is: its id, attempt, logger.
    /// - Returns: The result to keep.
    /// - Throws: Any error; the attempt then counts as failed.
    func run(in context: JobContext) async throws -> Returned
}

extension Job {
    /// Runs the job; it needs no receiver.
    ///
    /// - Parameters:
    ///   - receiver: Nothing.
    ///   - context: The run this is.
    /// - Returns: The result to keep.
    /// - Throws: What ``run(in:)`` throws.
    public func run(on receiver: Void, in context: JobContext) async throws -> Returned {
        try await run(in: context)
    }
}
