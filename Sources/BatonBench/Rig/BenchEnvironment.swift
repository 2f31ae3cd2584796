import Foundation
import Logging

/// What the program takes from the environment.
struct BenchEnvironment: Sendable {
    /// Where jobs are kept.
    let postgresURL: String
    /// How workers are woken.
    let rabbitMQURL: String
    /// The postmaster, when it is said.
    let postmaster: Int32?
    /// The broker, when it is said.
    let broker: Int32?
    /// Where losses go: to standard error.
    let logger: Logger

    /// Reads the settings.
    ///
    /// - Parameter variables: The environment.
    /// - Throws: ``BenchError`` that names the variable at fault, never its value: URLs hold passwords.
    init(_ variables: [String: String] = ProcessInfo.processInfo.environment) throws(BenchError) {
        func required(_ name: String, _ example: String) throws(BenchError) -> String {
            guard let value = variables[name], !value.isEmpty else {
                throw BenchError(
                    .notConfigured,
                    "\(name) is not set. Set it to something like \(example); for private servers of this repository: "
                        + #"eval "$(deploy/services start)"."#
                )
            }
            return value
        }
        postgresURL = try required("BATON_POSTGRES_URL", "postgresql://user:password@127.0.0.1:5432/database")
        rabbitMQURL = try required("BATON_RABBITMQ_URL", "amqp://user:password@127.0.0.1:5672/vhost")
        postmaster = variables["BATON_POSTGRES_PID"].flatMap { Int32($0) }
        broker = variables["BATON_RABBITMQ_PID"].flatMap { Int32($0) }
        var logger = Logger(label: "baton-bench") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = variables["BATON_LOG_LEVEL"].flatMap { Logger.Level(rawValue: $0.lowercased()) } ?? .warning
        self.logger = logger
    }
}
