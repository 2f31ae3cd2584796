/// What becomes of an occurrence while a job of one before, or one made by hand, has not ended: it waits in its queue, runs,
/// or waits for its next attempt.
public enum OverlapPolicy: String, Sendable, Hashable, CaseIterable {
    /// It makes its job all the same.
    case allow
    /// It makes none.
    case skip
    /// Its job is made when those have ended, unless another occurrence waits for that already: then it makes none.
    case queueOne = "queue_one"

    /// How many jobs of an entry are looked at, from the latest back.
    ///
    /// Usually one can be there that has not ended; more when some were made by hand or under another policy.
    package static let reach = 20

    /// What becomes of an occurrence.
    ///
    /// - Parameters:
    ///   - position: Its place among those that are due, from 1, one that has waited included.
    ///   - isBusy: Whether a job of the entry has not ended.
    /// - Returns: What becomes of it.
    func outcome(of position: Int, isBusy: Bool) -> RecurringOccurrence.Outcome {
        switch self {
        case .allow: .fired
        case .skip: position == 1 && !isBusy ? .fired : .skipped
        case .queueOne:
            switch isBusy ? position + 1 : position {
            case 1: .fired
            case 2: .held
            default: .skipped
            }
        }
    }
}
