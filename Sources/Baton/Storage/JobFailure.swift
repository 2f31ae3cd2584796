/// An error as it is kept with a job.
public struct JobFailure: Sendable, Hashable {
    /// The error's type, such as `SMTPError`.
    public var type: String
    /// What a person reads first.
    public var message: String
    /// More of it, at most ``maximumDetailBytes``.
    public var details: String?

    /// The longest message kept, in bytes of UTF-8.
    public static let maximumMessageBytes = 2_048
    /// The longest details kept, in bytes of UTF-8.
    public static let maximumDetailBytes = 8_192

    /// Creates a failure; what PostgreSQL cannot store or is too long is cut.
    ///
    /// - Parameters:
    ///   - type: The error's type.
    ///   - message: What a person reads first.
    ///   - details: More of it.
    public init(type: String, message: String, details: String? = nil) {
        self.type = type.storable(bytes: 256)
        self.message = message.storable(bytes: Self.maximumMessageBytes)
        self.details = details?.storable(bytes: Self.maximumDetailBytes)
    }

    /// Describes an error that a job threw.
    ///
    /// - Parameter error: The error.
    public init(_ error: any Error) {
        let message = String(describing: error)
        let details = String(reflecting: error)
        self.init(
            type: String(describing: Swift.type(of: error)),
            message: message,
            details: details == message ? nil : details
        )
    }
}
