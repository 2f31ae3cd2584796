/// Names a timer of a ``PollExecutor``.
public struct PollTimer: Hashable, Sendable {
    let id: UInt64
}
