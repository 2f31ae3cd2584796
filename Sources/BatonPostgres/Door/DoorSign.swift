/// What is said, beside the names of queues, of jobs that come in by SQL; no queue is called so.
enum DoorSign: String {
    /// One is ready.
    case ready = "*"
    /// One becomes due soon.
    case scheduled = "@"
    /// Nobody is told of the next one: the arm is off.
    case disarmed = "-"

    /// All of them, as one waits for them.
    static let all = [ready.rawValue, scheduled.rawValue, disarmed.rawValue]
}
