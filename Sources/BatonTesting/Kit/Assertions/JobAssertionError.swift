public import Baton

/// Why the jobs of a test kit are not as a test expects them.
///
/// Its description names the place in the test, what was expected, and what is there, the nearest first.
public struct JobAssertionError: Error {
    /// What kind of error it is.
    public let code: Code

    /// What was expected, and what was found.
    public let message: String

    /// The jobs there are, in any state, the nearest to the expected first.
    public let jobs: [JobSnapshot]

    /// The file of the assertion, as `Module/File.swift`.
    public let fileID: String

    /// The line of the assertion.
    public let line: Int

    /// The kit's seed, with which it gives the same ids again.
    public let seed: UInt64
}

extension JobAssertionError: CustomStringConvertible {
    /// The place, the message and the kit's seed.
    public var description: String { "\(fileID):\(line): \(message)\n(JobTestKit seed \(seed))" }
}

extension JobAssertionError {
    /// The kinds of ``JobAssertionError``.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        private enum Wrapped: String {
            case enqueued
            case notEnqueued
            case wrongCount
        }

        private let wrapped: Wrapped

        /// A job waits that should not.
        public static let enqueued = Code(wrapped: .enqueued)

        /// No such job waits.
        public static let notEnqueued = Code(wrapped: .notEnqueued)

        /// Such jobs wait, but more of them or fewer.
        public static let wrongCount = Code(wrapped: .wrongCount)

        /// The code's name.
        public var description: String { wrapped.rawValue }
    }
}
