/// Thrown by a job that is not wanted any more: it is deleted, and never tried again.
///
/// ```swift
/// guard let user = try await users.find(id) else { throw JobDiscard(reason: "the user has left") }
/// ```
public struct JobDiscard: Error, Sendable, Hashable {
    /// The longest reason kept, in bytes of UTF-8.
    static let maximumReasonBytes = 500

    /// Why, for its history.
    public let reason: String

    /// Creates the error.
    ///
    /// - Parameter reason: Why, for its history.
    public init(reason: String) {
        self.reason = reason
    }
}

extension JobDiscard: CustomStringConvertible {
    /// What a person reads in the job's history.
    public var description: String {
        "Discarded: \(reason)".storable(bytes: Self.maximumReasonBytes)
    }
}
