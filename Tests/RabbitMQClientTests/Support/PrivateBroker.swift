import Foundation
import RabbitMQClient

/// A broker of the test's own, to be killed, stopped and starved.
struct PrivateBroker: Sendable {
    private let services: String
    private let state: URL

    private init() throws {
        guard let services = ProcessInfo.processInfo.environment["BATON_SERVICES"] else {
            throw RabbitMQError(
                code: .invalidConfiguration,
                message:
                    "This test starts a broker of its own: set BATON_SERVICES to deploy/services, or run ./deploy/test"
            )
        }
        self.services = services
        self.state = FileManager.default.temporaryDirectory.appending(path: "rabbit-\(UInt64.random(in: 0 ... .max))")
    }

    /// Runs with a broker that has just started, and removes it with all its data.
    static func with(_ body: (PrivateBroker, RabbitMQConfiguration) async throws -> Void) async throws {
        let broker = try PrivateBroker()
        let result: Result<Void, any Error>
        do {
            try await broker.run("start", "rabbitmq")
            let url = try await broker.url()
            var configuration = try RabbitMQConfiguration(url: url)
            // Some try once only, beside many other tests.
            configuration.connectTimeout = .seconds(60)
            configuration.heartbeat = .seconds(5)
            configuration.backoff = RabbitMQBackoff(initial: .milliseconds(50), maximum: .milliseconds(500))
            try await body(broker, configuration)
            result = .success(())
        } catch {
            result = .failure(error)
        }
        _ = try? await broker.run("stop")
        try? FileManager.default.removeItem(at: broker.state)
        try result.get()
    }

    /// Runs a command of deploy/services, and returns what it prints.
    @discardableResult
    func run(_ arguments: String...) async throws -> String {
        try await Command.run(self.services, arguments, environment: ["BATON_STATE_DIR": self.state.path])
    }

    private func url() async throws -> String {
        let environment = try await self.run("env")
        for line in environment.split(separator: "\n") {
            guard let range = line.range(of: "BATON_RABBITMQ_URL=") else { continue }
            return line[range.upperBound...].trimmingCharacters(in: CharacterSet(charactersIn: "'\""))
        }
        throw RabbitMQError(code: .invalidConfiguration, message: "services env names no broker")
    }
}
