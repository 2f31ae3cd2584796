import Baton
import Locking

/// What processes were last told of each other's connections to the broker.
final class SightingLedger: Sendable {
    private struct Key: Hashable {
        let process: Int
        let presence: ServerPresence
    }

    private let sightings = Locked<[Key: Bool]>([:])

    /// Notes what a process was told.
    func note(_ presence: ServerPresence, isThere: Bool, by process: Int) {
        sightings.withLock { $0[Key(process: process, presence: presence)] = isThere }
    }

    /// Whether the last that a process was told of a server is that its queue is gone.
    func isGone(_ presence: ServerPresence, for process: Int) -> Bool {
        sightings.withLock { $0[Key(process: process, presence: presence)] == false }
    }
}
