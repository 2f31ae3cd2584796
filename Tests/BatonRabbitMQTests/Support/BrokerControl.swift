import Foundation
import RabbitMQClient

/// RabbitMQ's own tool, for the broker that the tests use.
enum BrokerControl {
    /// Runs `rabbitmqctl` to its end.
    ///
    /// - Parameter arguments: The command and its arguments.
    /// - Returns: What it printed.
    /// - Throws: `RabbitMQError` when it fails, with what it printed.
    @discardableResult
    static func run(_ arguments: String...) async throws -> String {
        guard let services = ProcessInfo.processInfo.environment["BATON_SERVICES"] else {
            throw RabbitMQError(
                code: .invalidConfiguration,
                message: "This test sets a broker up: set BATON_SERVICES to deploy/services, or run ./deploy/test"
            )
        }
        let process = Process()
        process.executableURL = URL(filePath: services)
        process.arguments = ["rabbitmqctl", "--quiet"] + arguments
        // A file, as nobody reads a pipe while the program runs.
        let output = FileManager.default.temporaryDirectory.appending(path: "\(UInt64.random(in: 0 ... .max)).out")
        _ = FileManager.default.createFile(atPath: output.path, contents: nil)
        defer { try? FileManager.default.removeItem(at: output) }
        let handle = try FileHandle(forWritingTo: output)
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = handle
        process.standardError = handle
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            process.terminationHandler = { _ in continuation.resume() }
            do {
                try process.run()
            } catch {
                process.terminationHandler = nil
                continuation.resume(throwing: error)
            }
        }
        try handle.close()
        let text = String(decoding: try Data(contentsOf: output), as: UTF8.self)
        guard process.terminationStatus == 0 else {
            // Without its arguments, among which may be a password.
            let command = arguments.first ?? ""
            throw RabbitMQError(code: .invalidConfiguration, message: "rabbitmqctl \(command) failed: \(text)")
        }
        return text
    }
}
