/// What becomes of a job whose attempts are used up.
public enum ExhaustedAction: String, Sendable, Hashable {
    /// It fails, and waits for a person.
    case fail
    /// It is deleted, with the last error kept.
    case delete
}
