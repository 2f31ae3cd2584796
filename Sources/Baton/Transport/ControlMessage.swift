/// A word to every server.
///
/// May be lost: each has a slower way to the same end.
public enum ControlMessage: Sendable, Hashable {
    /// A job was scheduled that becomes due after this while.
    case scheduled(dueIn: Duration)
    /// A job was deleted; whoever runs it cancels it.
    case deleted(JobID)
    /// A round of probing has gone a step further, or a queue was found missing.
    case probing
    /// A recurring entry was set or resumed, and may be due sooner than before.
    case recurringChanged
    /// A queue was paused or resumed, on some server or on every one.
    case queuesChanged
}
