/// Why a test kit could not run jobs as it was asked to.
public struct JobTestKitError: Error {
    /// What kind of error it is.
    public let code: Code

    /// What happened, and what to do about it.
    public let message: String

    /// What a drain had run until then.
    public let summary: DrainSummary?

    /// The kit's seed, with which it gives the same ids again.
    public let seed: UInt64

    init(_ code: Code, _ message: String, summary: DrainSummary? = nil, of kit: JobTestKit) {
        self.code = code
        self.message = message
        self.summary = summary
        seed = kit.seed
    }
}

extension JobTestKitError: CustomStringConvertible {
    /// The code, the message and the kit's seed.
    public var description: String { "\(code): \(message) (JobTestKit seed \(seed))" }
}

extension JobTestKitError {
    /// The kinds of ``JobTestKitError``.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        private enum Wrapped: String {
            case attemptOutOfRange
            case limitReached
            case unknownJob
        }

        private let wrapped: Wrapped

        /// The job has fewer attempts than the one asked for.
        public static let attemptOutOfRange = Code(wrapped: .attemptOutOfRange)

        /// A drain ran as many jobs as it may, and more are there.
        public static let limitReached = Code(wrapped: .limitReached)

        /// The kit was built without a job that it is to run.
        public static let unknownJob = Code(wrapped: .unknownJob)

        /// The code's name.
        public var description: String { wrapped.rawValue }
    }
}
