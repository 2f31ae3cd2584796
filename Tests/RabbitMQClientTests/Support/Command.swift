import Foundation
import RabbitMQClient

/// Runs other programs.
enum Command {
    /// Runs a program to its end, and returns what it prints.
    @discardableResult
    static func run(_ path: String, _ arguments: [String], environment: [String: String] = [:]) async throws -> String {
        let process = Process()
        process.executableURL = URL(filePath: path)
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
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
        let text = String(decoding: try Data(contentsOf: output), as: UTF8.self)
        guard process.terminationStatus == 0 else {
            throw RabbitMQError(
                code: .invalidConfiguration,
                message: "\(path) \(arguments.joined(separator: " ")) failed: \(text)"
            )
        }
        return text
    }
}
