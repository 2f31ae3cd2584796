/// What became of one published message.
public enum PublishOutcome: Sendable, Hashable {
    /// The broker has it.
    case confirmed
    /// The broker has answered that it did not take it: returned or refused, or its queue could not be declared. Publish it
    /// again.
    case refused(reason: String)
    /// Unanswered, or not sent: it may or may not be there. Publish it again.
    case unconfirmed(reason: String)

    /// Whether the broker has said anything.
    public var isAnswer: Bool {
        switch self {
        case .confirmed, .refused: true
        case .unconfirmed: false
        }
    }

    /// Why it is to be published again; `nil` when the broker has it.
    public var reason: String? {
        switch self {
        case .confirmed: nil
        case .refused(let reason), .unconfirmed(let reason): reason
        }
    }
}
