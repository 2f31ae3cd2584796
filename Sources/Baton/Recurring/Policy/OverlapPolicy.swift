/// What becomes of an occurrence while the job of the one before has not ended: it waits in its queue, runs, or waits for
/// its next attempt.
public enum OverlapPolicy: String, Sendable, Hashable, CaseIterable {
    /// It makes its job all the same.
    case allow
    /// It makes none.
    case skip
    /// Its job is made when that one has ended, unless another occurrence waits for that already: then it makes none.
    case queueOne = "queue_one"

    /// What becomes of an occurrence.
    ///
    /// - Parameters:
    ///   - position: Its place among those that are due, from 1, one that has waited included.
    ///   - isBusy: Whether the job that was made last has not ended.
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
