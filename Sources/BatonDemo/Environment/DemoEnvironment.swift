import BatonRabbitMQ
import Foundation
import Logging

/// The program's settings, from the environment.
struct DemoEnvironment: Sendable {
    /// Where jobs are kept.
    let postgresURL: String
    /// How workers are woken.
    let rabbitMQURL: String
    /// What becomes of exchanges and queues that the broker does not have.
    let topology: RabbitMQTransport.Configuration.Topology
    /// The prefix of schema, exchanges and queues.
    let namespace: String
    /// The folder `demo.checksum` may read.
    let inputPath: String?
    /// The least important lines to log, when it is said.
    let logLevel: Logger.Level?

    /// Reads the settings.
    ///
    /// - Parameter variables: The environment.
    /// - Throws: ``DemoError`` that names the variable at fault, never its value: URLs hold passwords.
    init(_ variables: [String: String] = ProcessInfo.processInfo.environment) throws(DemoError) {
        postgresURL = try Self.url(
            variables,
            "BATON_POSTGRES_URL",
            schemes: ["postgresql", "postgres"],
            example: "postgresql://user:password@127.0.0.1:5432/database"
        )
        rabbitMQURL = try Self.url(
            variables,
            "BATON_RABBITMQ_URL",
            schemes: ["amqp", "amqps"],
            example: "amqp://user:password@127.0.0.1:5672/vhost"
        )
        let topologies = RabbitMQTransport.Configuration.Topology.allCases.map(\.rawValue)
        let mode = Self.value(variables, "BATON_RABBITMQ_TOPOLOGY") ?? topologies[0]
        guard let topology = RabbitMQTransport.Configuration.Topology(rawValue: mode.lowercased()) else {
            throw DemoError(
                .notConfigured,
                "BATON_RABBITMQ_TOPOLOGY is not one of \(topologies.joined(separator: ", "))."
            )
        }
        self.topology = topology
        namespace = Self.value(variables, "BATON_NAMESPACE") ?? "baton"
        inputPath = Self.value(variables, "BATON_DEMO_INPUT")
        let level = Self.value(variables, "BATON_LOG_LEVEL")
        logLevel = level.flatMap { Logger.Level(rawValue: $0.lowercased()) }
        guard level == nil || logLevel != nil else {
            let levels = Logger.Level.allCases.map(\.rawValue).joined(separator: ", ")
            throw DemoError(.notConfigured, "BATON_LOG_LEVEL is not one of \(levels).")
        }
    }

    private static func value(_ variables: [String: String], _ name: String) -> String? {
        variables[name].flatMap { $0.isEmpty ? nil : $0 }
    }

    private static func url(
        _ variables: [String: String],
        _ name: String,
        schemes: [String],
        example: String
    ) throws(DemoError) -> String {
        guard let url = value(variables, name) else {
            throw DemoError(
                .notConfigured,
                "\(name) is not set. Set it to something like \(example); for private servers of this repository: "
                    + #"eval "$(deploy/services start)"."#
            )
        }
        guard schemes.contains(where: { url.hasPrefix("\($0)://") }) else {
            throw DemoError(.notConfigured, "\(name) must be a URL such as \(example).")
        }
        return url
    }
}
