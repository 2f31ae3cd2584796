import Foundation
import Locking

/// Runs a program to its end.
struct ToolRun: Sendable {
    let scratch: ScratchFolder

    /// Runs a program.
    ///
    /// - Parameters:
    ///   - executable: The program.
    ///   - arguments: Its arguments.
    /// - Returns: What it wrote to standard output.
    /// - Throws: ``DemoError`` when it cannot be started or does not exit with 0, `CancellationError`.
    func output(of executable: String, _ arguments: [String]) async throws -> String {
        let name = "tool-\(UUID().uuidString)"
        let output = try scratch.file("\(name).out")
        let errors = try scratch.file("\(name).err")
        defer {
            try? output.close()
            try? errors.close()
        }
        let child = try ChildProcess(executable, arguments, output: output, errors: errors)
        let ending: ChildProcess.Ending
        do {
            ending = try await child.ending.wait()
        } catch {
            child.send(SIGTERM)
            throw error
        }
        guard ending == .exited(0) else {
            let command = ([executable] + arguments.prefix(3)).joined(separator: " ")
            throw DemoError(.setUpFailed, "“\(command)” ended with \(ending):\n\(scratch.lastLines("\(name).err"))")
        }
        return scratch.text("\(name).out")
    }
}
