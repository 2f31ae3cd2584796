import Baton

extension RunEnd {
    /// Whether the run came to nothing because its task was cancelled.
    var isPutBack: Bool {
        if case .putBack = completion.outcome { true } else { false }
    }
}
