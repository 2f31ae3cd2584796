public import Logging

/// A line that a job logged while a test ran it.
public struct JobLogLine: Sendable, Hashable, CustomStringConvertible {
    /// The level.
    public let level: Logger.Level
    /// The text.
    public let message: String
    /// What the line says besides, and which run it belongs to: `job.id`, `job.attempt` and so on.
    public let metadata: [String: String]

    /// Level and text.
    public var description: String {
        "\(level): \(message)"
    }
}
