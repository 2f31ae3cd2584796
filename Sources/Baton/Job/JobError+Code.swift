extension JobError {
    /// The kinds of ``JobError``.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        private enum Wrapped: String {
            case argumentsNotEncodable
            case argumentsTooLarge
            case argumentsUndecodable
            case invalidName
            case invalidOptions
            case invalidQueue
            case invalidServer
            case notBootstrapped
            case outputNotEncodable
            case outputUndecodable
            case unstorableText
        }

        private let wrapped: Wrapped

        /// The arguments have no JSON form: a number that is not finite, or something other than an object.
        public static let argumentsNotEncodable = Code(wrapped: .argumentsNotEncodable)

        /// The arguments take more bytes than a job may carry.
        public static let argumentsTooLarge = Code(wrapped: .argumentsTooLarge)

        /// Stored arguments do not fit the function's parameters.
        public static let argumentsUndecodable = Code(wrapped: .argumentsUndecodable)

        /// A job's name is empty, too long or not printable.
        public static let invalidName = Code(wrapped: .invalidName)

        /// An option is out of range.
        public static let invalidOptions = Code(wrapped: .invalidOptions)

        /// A queue's name holds what queue names may not hold.
        public static let invalidQueue = Code(wrapped: .invalidQueue)

        /// A server's name is empty, too long or not printable.
        public static let invalidServer = Code(wrapped: .invalidServer)

        /// The static convenience was used before a client was made known to it.
        public static let notBootstrapped = Code(wrapped: .notBootstrapped)

        /// The result has no JSON form.
        public static let outputNotEncodable = Code(wrapped: .outputNotEncodable)

        /// A stored result is not of the type it was asked for as.
        public static let outputUndecodable = Code(wrapped: .outputUndecodable)

        /// Text holds the character U+0000, which PostgreSQL cannot store.
        public static let unstorableText = Code(wrapped: .unstorableText)

        /// The code's name.
        public var description: String { wrapped.rawValue }
    }
}
