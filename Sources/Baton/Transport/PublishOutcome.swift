/// What became of one published message.
public enum PublishOutcome: Sendable, Hashable {
    /// The broker has it.
    case confirmed
    /// Returned, refused, or unanswered: it may or may not be there. Publish it again.
    case unconfirmed(reason: String)
}
