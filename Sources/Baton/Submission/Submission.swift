#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

/// A job that a producer in any language has asked for, checked, and not stored yet.
public struct Submission: Sendable, Hashable {
    /// Who sent it: with the message id, what makes two messages the same.
    public var source: String
    /// The producer's name for it.
    public var messageID: String
    /// The job to be stored, ready at once or at a date; its id is taken if no other job has it.
    public var job: NewJob
    /// The job's id where another job has the first.
    public var otherID: JobID
    /// When it was sent, by the producer.
    public var sentAt: Date?
    /// When it is not wanted any more.
    public var expiresAt: Date?
    /// What is kept of the message in the first entry of the job's history, as a JSON object.
    public var origin: JSONText
    /// Whether the server that submits it knows the job, and may have it claimed at once.
    public var isClaimable: Bool

    /// Creates a submission.
    ///
    /// - Parameters:
    ///   - source: Who sent it.
    ///   - messageID: The producer's name for it.
    ///   - job: The job to be stored.
    ///   - otherID: The job's id where another job has the first.
    ///   - sentAt: When it was sent, or `nil`.
    ///   - expiresAt: When it is not wanted any more, or `nil`.
    ///   - origin: What is kept of the message.
    ///   - isClaimable: Whether it may be claimed at once.
    public init(
        source: String,
        messageID: String,
        job: NewJob,
        otherID: JobID,
        sentAt: Date? = nil,
        expiresAt: Date? = nil,
        origin: JSONText = .emptyObject,
        isClaimable: Bool = false
    ) {
        self.source = source
        self.messageID = messageID
        self.job = job
        self.otherID = otherID
        self.sentAt = sentAt
        self.expiresAt = expiresAt
        self.origin = origin
        self.isClaimable = isClaimable
    }

    /// What makes two messages the same.
    ///
    /// By its bytes: text that only looks the same is another for a database.
    package struct Key: Sendable, Hashable {
        private let bytes: [UInt8]

        init(source: String, messageID: String) {
            bytes = Array(source.utf8) + [0xFF] + Array(messageID.utf8)
        }
    }

    /// What makes two messages the same.
    package var key: Key { Key(source: source, messageID: messageID) }

    /// When it is to run, where that was said.
    package var dueAt: Date? {
        if case .at(let date) = job.start { date } else { nil }
    }
}
