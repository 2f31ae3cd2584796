/// What became of one completion.
public enum CompletionOutcome: Sendable, Hashable {
    /// It is stored, now or by an earlier try whose answer was lost.
    case applied
    /// The fence did not match; nothing changed. The refusal says how the row stands for the run's own generation.
    case fenced(ClaimRefusal)
}
