/// Why a submission is no job.
public struct SubmissionReject: Error, Sendable, Hashable, CustomStringConvertible {
    /// What kind of fault it is; other programs read it, so it never changes.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        /// The code as it is stored and published.
        public let description: String

        init(_ description: String) {
            self.description = description
        }

        /// A code as it is stored, perhaps by another version.
        ///
        /// - Parameter description: The code.
        package init(stored description: String) {
            self.description = description
        }

        /// The body is none that is known: neither JSON nor a structured CloudEvent.
        public static let unsupportedContentType = Code("unsupported_content_type")
        /// The body is packed.
        public static let unsupportedEncoding = Code("unsupported_encoding")
        /// The body, or a value, takes more bytes than it may.
        public static let tooLarge = Code("too_large")
        /// The body is no JSON.
        public static let invalidJSON = Code("invalid_json")
        /// The arguments are no JSON object.
        public static let notAnObject = Code("not_an_object")
        /// Text holds the character U+0000, which PostgreSQL cannot store.
        public static let unstorableText = Code("unstorable_text")
        /// The arguments do not fit the function's parameters.
        public static let argumentsUndecodable = Code("arguments_undecodable")
        /// A required field is missing.
        public static let missingField = Code("missing_field")
        /// A field or header is not what it may be.
        public static let invalidField = Code("invalid_field")
        /// There is no such header.
        public static let unknownHeader = Code("unknown_header")
        /// The headers take more bytes than they may.
        public static let headersTooLarge = Code("headers_too_large")
        /// Something is asked for that Baton does not do.
        public static let unsupported = Code("unsupported")
        /// The broker was told to drop the message after a while.
        public static let expirationForbidden = Code("expiration_forbidden")
        /// Its time was over when it came.
        public static let expired = Code("expired")
        /// It is older than duplicates are remembered.
        public static let tooOld = Code("too_old")
        /// The broker did not say whose account it is, and servers want to know.
        public static let missingUser = Code("missing_user")
        /// No live server knows the job.
        public static let unknownType = Code("unknown_type")
        /// A filter does not want the job.
        public static let refusedByFilter = Code("refused_by_filter")
        /// Storage cannot keep the job.
        public static let refusedByStorage = Code("refused_by_storage")
    }

    /// What kind of fault it is.
    public var code: Code
    /// What is wrong and what to do about it.
    public var reason: String

    /// The longest reason, in bytes of UTF-8.
    static let maximumReasonBytes = 1_000

    /// Creates a reject.
    ///
    /// - Parameters:
    ///   - code: What kind of fault it is.
    ///   - reason: What is wrong and what to do about it; what is too long is cut.
    public init(_ code: Code, _ reason: String) {
        self.code = code
        self.reason = reason.storable(bytes: Self.maximumReasonBytes)
    }

    /// The code and the reason.
    public var description: String { "\(code): \(reason)" }
}
