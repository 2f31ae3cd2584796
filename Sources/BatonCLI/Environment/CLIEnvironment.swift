import BatonPostgres
import BatonRabbitMQ
import Foundation
import Logging

/// The program's settings, from the environment.
struct CLIEnvironment: Sendable {
    /// Where jobs are kept.
    let postgresURL: String
    /// How workers are woken; `nil` where PostgreSQL alone serves.
    let rabbitMQURL: String?
    /// What becomes of exchanges and queues that the broker does not have.
    let topology: RabbitMQTransport.Configuration.Topology
    /// The prefix of schema, exchanges and queues.
    let namespace: String
    /// The log, on standard error: standard output is for what other programs read.
    let logger: Logger

    /// Reads the settings.
    ///
    /// - Parameter variables: The environment.
    /// - Throws: ``CLIError`` that names the variable at fault, never its value: URLs hold passwords.
    init(_ variables: [String: String] = ProcessInfo.processInfo.environment) throws(CLIError) {
        let postgres = "postgresql://user:password@127.0.0.1:5432/database"
        guard let url = try Self.url(variables, "BATON_POSTGRES_URL", ["postgresql", "postgres"], postgres) else {
            throw CLIError(.notConfigured, "BATON_POSTGRES_URL is not set. Set it to something like \(postgres).")
        }
        postgresURL = url
        let rabbitMQ = "amqp://user:password@127.0.0.1:5672/vhost"
        rabbitMQURL = try Self.url(variables, "BATON_RABBITMQ_URL", ["amqp", "amqps"], rabbitMQ)
        let topologies = RabbitMQTransport.Configuration.Topology.allCases.map(\.rawValue)
        let mode = Self.value(variables, "BATON_RABBITMQ_TOPOLOGY") ?? topologies[0]
        guard let topology = RabbitMQTransport.Configuration.Topology(rawValue: mode.lowercased()) else {
            throw CLIError(
                .notConfigured,
                "BATON_RABBITMQ_TOPOLOGY is not one of \(topologies.joined(separator: ", "))."
            )
        }
        self.topology = topology
        namespace = Self.namespace(variables)
        let name = Self.value(variables, "BATON_LOG_LEVEL") ?? "error"
        guard let level = Logger.Level(rawValue: name.lowercased()) else {
            let levels = Logger.Level.allCases.map(\.rawValue).joined(separator: ", ")
            throw CLIError(.notConfigured, "BATON_LOG_LEVEL is not one of \(levels).")
        }
        var logger = Logger(label: "baton") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = level
        self.logger = logger
    }

    /// Reads the namespace alone.
    ///
    /// - Parameter variables: The environment.
    /// - Returns: The prefix of schema, exchanges and queues.
    static func namespace(_ variables: [String: String] = ProcessInfo.processInfo.environment) -> String {
        value(variables, "BATON_NAMESPACE") ?? "baton"
    }

    /// How storage is reached; the schema is left as it is.
    var storage: PostgresStorage.Configuration {
        PostgresStorage.Configuration(
            url: postgresURL,
            namespace: namespace,
            maximumConnections: 1,
            migrates: false,
            logger: logger
        )
    }

    /// How the broker is reached, if there is one.
    var transport: RabbitMQTransport.Configuration? {
        rabbitMQURL.map { url in
            var configuration = RabbitMQTransport.Configuration(url: url)
            configuration.namespace = namespace
            configuration.topology = topology
            configuration.logger = logger
            return configuration
        }
    }

    private static func value(_ variables: [String: String], _ name: String) -> String? {
        variables[name].flatMap { $0.isEmpty ? nil : $0 }
    }

    private static func url(
        _ variables: [String: String],
        _ name: String,
        _ schemes: [String],
        _ example: String
    ) throws(CLIError) -> String? {
        guard let url = value(variables, name) else { return nil }
        guard let scheme = schemes.first(where: { url.hasPrefix("\($0)://") }) else {
            throw CLIError(.notConfigured, "\(name) must be a URL such as \(example).")
        }
        // A password with such a character ends where it stands, and errors would quote its beginning as the port.
        guard hasPorts(url.dropFirst(scheme.count + 3)) else {
            throw CLIError(
                .notConfigured,
                "\(name) has a port that is no number. In a password, write / as %2F, ? as %3F, # as %23 and @ as %40."
            )
        }
        return url
    }

    /// Whether what stands for ports, in the part behind the scheme, are numbers.
    private static func hasPorts(_ rest: Substring) -> Bool {
        let authority = rest.prefix { !"/?#".contains($0) }
        let hosts = authority.split(separator: "@", omittingEmptySubsequences: false).last ?? ""
        return hosts.split(separator: ",").allSatisfy { host in
            // An address of version 6 has colons of its own, in brackets.
            let name = host.lastIndex(of: "]").map { host[$0...] } ?? host
            guard let colon = name.firstIndex(of: ":") else { return true }
            return name[name.index(after: colon)...].allSatisfy { $0.isASCII && $0.isNumber }
        }
    }
}
