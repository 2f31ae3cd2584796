/// Names a descriptor's registration with a ``PollExecutor``.
public struct PollRegistration: Hashable, Sendable {
    // Never reused, unlike the descriptor: a late cancel cannot hit somebody else's registration.
    let id: UInt64
}
