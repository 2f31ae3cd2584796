import Foundation

/// Where the real servers are that a test runs against.
package struct TestServers: Sendable {
    /// PostgreSQL's URL; it holds a password.
    package let postgresURL: String
    /// RabbitMQ's URL; it holds a password.
    package let rabbitMQURL: String

    /// Reads where they are from the environment.
    ///
    /// - Parameter variables: The environment.
    /// - Throws: ``LabError`` when a variable is missing: a test that finds no server has failed.
    package init(_ variables: [String: String] = ProcessInfo.processInfo.environment) throws(LabError) {
        func url(_ name: String) throws(LabError) -> String {
            guard let url = variables[name], !url.isEmpty else {
                throw LabError(
                    "\(name) is not set. Run ./deploy/test, or start servers by: eval \"$(deploy/services start)\""
                )
            }
            return url
        }
        postgresURL = try url("BATON_POSTGRES_URL")
        rabbitMQURL = try url("BATON_RABBITMQ_URL")
    }
}
