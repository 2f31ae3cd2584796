/// Which of the four ways a job's wake-up and its row go, by the job's priority.
///
/// A level is served before the ones below it, in a share that leaves each of those its own: while all of them have jobs
/// that wait, of fifteen that start eight are urgent, four high, two normal and one low.
public enum JobPriorityLevel: Int, Sendable, Hashable, Comparable, CaseIterable, CustomStringConvertible {
    /// A priority below zero.
    case low = 0
    /// Priority zero, the default.
    case normal = 1
    /// A priority of 1 to 9.
    case high = 2
    /// A priority of 10 or more.
    case urgent = 3

    /// The level of a priority.
    ///
    /// - Parameter priority: The priority, any number.
    public init(_ priority: Int) {
        self =
            switch priority {
            case 10...: .urgent
            case 1..<10: .high
            case 0: .normal
            default: .low
            }
    }

    /// All levels, the highest first.
    public static let descending: [JobPriorityLevel] = [.urgent, .high, .normal, .low]

    /// The levels that normal jobs do not have, the highest first: none of them costs those anything.
    public static let prioritized: [JobPriorityLevel] = [.urgent, .high, .low]

    /// How many of fifteen jobs that start are of the level, while jobs of all levels wait.
    public var weight: Int { 1 << rawValue }

    /// Whether a level comes after another.
    public static func < (left: JobPriorityLevel, right: JobPriorityLevel) -> Bool {
        left.rawValue < right.rawValue
    }

    /// The level's name, also in the names of the broker's queues.
    public var description: String {
        switch self {
        case .low: "low"
        case .normal: "normal"
        case .high: "high"
        case .urgent: "urgent"
        }
    }
}
