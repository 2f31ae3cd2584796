/// What became of a job that was to be stored.
public enum InsertOutcome: Sendable, Hashable {
    /// It is stored.
    case inserted
    /// A job of this id is stored already, possibly by an earlier try whose answer was lost.
    case duplicate
}
