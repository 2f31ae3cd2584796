import Logging

/// The program's log, on standard error: standard output is for what other programs read.
enum DemoLogging {
    /// Makes a logger.
    ///
    /// - Parameters:
    ///   - label: What logs.
    ///   - environment: The settings.
    ///   - level: The least important lines to log, unless the settings ask for more.
    /// - Returns: The logger.
    static func logger(_ label: String, _ environment: DemoEnvironment, atLeast level: Logger.Level = .notice) -> Logger
    {
        var logger = Logger(label: label) { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = environment.logLevel ?? level
        return logger
    }
}
