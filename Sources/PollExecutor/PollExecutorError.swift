/// The system has nothing left to start a thread or a loop with.
public struct PollExecutorError: Error, Hashable, CustomStringConvertible {
    /// The kind of error.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        private enum Kind: String {
            case noThread, noDescriptor
        }

        private let kind: Kind

        /// The system cannot start another thread.
        public static let noThread = Code(kind: .noThread)
        /// The process can open no more descriptors.
        public static let noDescriptor = Code(kind: .noDescriptor)

        /// The code's name.
        public var description: String { self.kind.rawValue }
    }

    /// The kind of error.
    public let code: Code
    /// What happened, in words.
    public let message: String
    /// The system's error number, such as `EAGAIN`.
    public let errorNumber: Int32

    /// The kind and the message.
    public var description: String { "\(self.code): \(self.message)" }

    init(_ code: Code, _ message: String, errorNumber: Int32) {
        self.code = code
        self.message = "\(message) (errno \(errorNumber))"
        self.errorNumber = errorNumber
    }
}
