internal import Logging

/// A job that this process can run.
///
/// A class, for it is looked up for every run.
public final class RegisteredJob: Sendable {
    /// Reads the arguments and runs the call, with the call's type erased.
    struct Body: Sendable {
        let check: @Sendable (JSONText) throws(JobError) -> Void
        let run: @Sendable (JSONText, JobContext) async throws -> JSONText?

        init<Call: JobCall>(
            _ call: Call.Type,
            makeReceiver: @escaping @Sendable (JobContext) async throws -> Call.Receiver
        ) {
            self.check = { (arguments) throws(JobError) in
                _ = try JobArgumentsCoder.decode(Call.self, from: arguments)
            }
            self.run = { arguments, context in
                // Read the arguments first: a job that cannot run should not cost a receiver.
                let call = try JobArgumentsCoder.decode(Call.self, from: arguments)
                return try Call.encode(output: await call.run(on: makeReceiver(context), in: context))
            }
        }
    }

    /// The name the job is stored under.
    public let name: String

    /// Former names of the job.
    public let aliases: [String]

    /// How the job is queued and retried when the enqueuing code says nothing else.
    public let options: JobOptions

    /// Whether and when a failed run is tried again; `nil` for what the server says.
    public let retry: RetryPolicy?

    /// The job's own filters.
    public let filters: JobFilters

    /// Whether a run is cancelled when the lease that protects it is over.
    public let isExclusive: Bool

    /// The Swift declaration, for messages.
    let declaration: String

    let body: Body

    init(
        name: String,
        aliases: [String],
        options: JobOptions,
        retry: RetryPolicy?,
        filters: JobFilters,
        isExclusive: Bool,
        declaration: String,
        body: Body
    ) {
        self.name = name
        self.aliases = aliases
        self.options = options
        self.retry = retry
        self.filters = filters
        self.isExclusive = isExclusive
        self.declaration = declaration
        self.body = body
    }

    /// Checks that stored arguments fit the job's parameters.
    ///
    /// - Parameter arguments: A JSON object.
    /// - Throws: ``JobError`` with the code ``JobError/Code/argumentsUndecodable``.
    public func check(arguments: JSONText) throws(JobError) {
        try body.check(arguments)
    }

    /// Runs the job once.
    ///
    /// The job's code runs where this is called, unless it belongs to an actor. It finds `context` in
    /// ``JobContext/current`` and its logger in `Logger.current`.
    ///
    /// - Parameters:
    ///   - arguments: The stored arguments, a JSON object.
    ///   - context: The run this is.
    /// - Returns: The result, or `nil` when the job returns nothing.
    /// - Throws: ``JobError`` when the arguments do not fit or the result cannot be stored, and what the job throws.
    public func run(arguments: JSONText, in context: JobContext) async throws -> JSONText? {
        try await JobContext.$current.withValue(context) {
            try await withLogger(context.logger) { _ in
                try await body.run(arguments, context)
            }
        }
    }

    /// The call's type as the user wrote it: `Mailer.sendWelcome` for what `@Job` made of that method.
    static func declaration<Call>(of call: Call.Type) -> String {
        String(reflecting: call)
            .split(separator: ".", omittingEmptySubsequences: true)
            .map { $0.hasPrefix("__Job_") ? String($0.dropFirst("__Job_".count)) : String($0) }
            .joined(separator: ".")
    }
}
