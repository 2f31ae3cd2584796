internal import Baton

/// Where a job waits: in a queue, among those of its level of priority.
struct WaitingPlace: Sendable, Hashable {
    let queue: String
    let level: JobPriorityLevel
}
