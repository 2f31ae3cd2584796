/// An error of a server's own, not of a job.
public struct JobServerError: Error, CustomStringConvertible {
    /// What kind of error it is.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        private enum Value: String {
            case invalidConfiguration, noThread
        }

        private let value: Value

        /// A setting is out of range.
        public static let invalidConfiguration = Code(value: .invalidConfiguration)
        /// The system refused a thread.
        public static let noThread = Code(value: .noThread)

        /// The code's name.
        public var description: String {
            value.rawValue
        }
    }

    /// What kind of error it is.
    public let code: Code
    /// What happened and what to do about it.
    public let message: String

    init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// Code and message.
    public var description: String {
        "\(code): \(message)"
    }
}
