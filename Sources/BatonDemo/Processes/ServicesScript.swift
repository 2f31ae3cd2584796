import Foundation

/// The script that manages the servers: `deploy/services`.
struct ServicesScript: Sendable {
    let path: String
    let tool: ToolRun

    /// Finds the script.
    ///
    /// - Parameters:
    ///   - path: The script.
    ///   - tool: What runs it.
    /// - Throws: ``DemoError`` when there is none.
    init(_ path: String, tool: ToolRun) throws(DemoError) {
        guard FileManager.default.isExecutableFile(atPath: path) else {
            throw DemoError(
                .setUpFailed,
                "There is no script “\(path)” to restart RabbitMQ with. Name it with --services, or run ./deploy/demo."
            )
        }
        self.path = path
        self.tool = tool
    }

    /// Shuts RabbitMQ down in order.
    func stopRabbitMQ() async throws {
        _ = try await tool.output(of: path, ["stop", "rabbitmq"])
    }

    /// Starts RabbitMQ and waits until it answers.
    func startRabbitMQ() async throws {
        _ = try await tool.output(of: path, ["start", "rabbitmq"])
    }
}
