#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

/// A submission that is no job, as it is kept.
public struct RejectedSubmission: Sendable, Hashable {
    /// Its own id.
    public var id: JobID
    /// When it was rejected, by the storage's clock once it is kept.
    public var at: Date
    /// Why.
    public var reject: SubmissionReject
    /// The message, in which text that cannot be stored is replaced; a large body is cut to ``maximumBodyBytes``.
    public var message: SubmittedMessage
    /// The job that came of it when it was replayed.
    public var jobID: JobID?

    /// How much of a body is kept, in bytes: more than a job may have.
    public static let maximumBodyBytes = SubmissionParser.maximumBodyBytes

    /// Creates a reject.
    ///
    /// - Parameters:
    ///   - id: Its own id.
    ///   - at: When it was rejected.
    ///   - reject: Why.
    ///   - message: The message.
    ///   - jobID: The job that came of it when it was replayed.
    public init(id: JobID, at: Date, reject: SubmissionReject, message: SubmittedMessage, jobID: JobID? = nil) {
        self.id = id
        self.at = at
        self.reject = reject
        self.message = message.storable
        self.jobID = jobID
    }
}

extension SubmittedMessage {
    /// The message as every storage can keep it.
    fileprivate var storable: SubmittedMessage {
        func short(_ text: String?) -> String? { text?.storable(bytes: 512) }
        var message = self
        message.exchange = exchange.storable(bytes: 512)
        message.routingKey = routingKey.storable(bytes: 512)
        message.contentType = short(contentType)
        message.contentEncoding = short(contentEncoding)
        message.type = short(type)
        message.messageID = short(messageID)
        message.userID = short(userID)
        message.appID = short(appID)
        message.correlationID = short(correlationID)
        message.replyTo = short(replyTo)
        message.expiration = short(expiration)
        message.headers = [:]
        for (name, value) in headers.prefix(200) {
            var value = value
            if case .text(let text) = value { value = .text(text.storable(bytes: SubmissionParser.maximumHeaderBytes)) }
            message.headers[name.storable(bytes: 512)] = value
        }
        if body.count > RejectedSubmission.maximumBodyBytes {
            message.body.removeSubrange(RejectedSubmission.maximumBodyBytes...)
        }
        return message
    }
}
