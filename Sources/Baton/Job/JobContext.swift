public import Logging

#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

/// The run a job's code finds itself in.
///
/// A function marked `@Job` gets it by having a parameter of this type; code further down finds it in ``current``.
public struct JobContext: Sendable {
    /// The run the current task works for, if any.
    @TaskLocal public static var current: JobContext?

    /// The job's id.
    public let id: JobID

    /// The name the job is stored under.
    public let name: String

    /// The queue the job was taken from.
    public let queue: String

    /// Which run of the job this is, from 1; it grows with every start.
    public let run: Int

    /// Which attempt this is, from 1; a run that a shutdown ends does not use its attempt up, one whose server dies does.
    public let attempt: Int

    /// How many attempts the job has.
    public let maximumAttempts: Int

    /// When the job was enqueued.
    public let createdAt: Date

    /// The id of the server that runs the job.
    public let server: String

    /// A logger that says with every line which job and attempt it belongs to.
    public let logger: Logger

    private let progress: (@Sendable (Double, String?) -> Void)?

    /// Describes a run.
    ///
    /// - Parameters:
    ///   - id: The job's id.
    ///   - name: The name the job is stored under.
    ///   - queue: The queue the job was taken from.
    ///   - run: Which run of the job this is, from 1.
    ///   - attempt: Which attempt this is, from 1.
    ///   - maximumAttempts: How many attempts the job has.
    ///   - createdAt: When the job was enqueued.
    ///   - server: The id of the server that runs the job.
    ///   - logger: The server's logger; the job's metadata is added to it.
    ///   - progress: Takes reports of progress; it must not block.
    package init(
        id: JobID,
        name: String,
        queue: String,
        run: Int,
        attempt: Int,
        maximumAttempts: Int,
        createdAt: Date,
        server: String,
        logger: Logger,
        progress: (@Sendable (Double, String?) -> Void)? = nil
    ) {
        let described = Logger.Metadata.Run(id: id, name: name, queue: queue, run: run, attempt: attempt)
        self.id = id
        self.name = name
        self.queue = queue
        self.run = run
        self.attempt = attempt
        self.maximumAttempts = maximumAttempts
        self.createdAt = createdAt
        self.server = server
        self.logger = Logger(label: logger.label) { _ in JobLogHandler(described, base: logger.handler) }
        self.progress = progress
    }

    /// Says how far the job has come.
    ///
    /// Returns at once. What was said last is stored within about a second, and at the end of the run; it shows in
    /// ``JobSnapshot/progress`` and in the history. Where storage fails, it is the first
    /// thing to be lost.
    ///
    /// - Parameters:
    ///   - fraction: How much is done, from 0 to 1; other values are brought into that range.
    ///   - message: What is being done, for a person to read.
    public func reportProgress(_ fraction: Double, _ message: String? = nil) {
        progress?(fraction.isNaN ? 0 : min(max(fraction, 0), 1), message)
    }
}
