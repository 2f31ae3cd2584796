import Foundation
import Locking

/// A program this one has started.
///
/// Its output goes to files: a pipe that nobody reads would stop it.
final class ChildProcess: Sendable {
    /// How a program ended.
    enum Ending: Sendable, Equatable, CustomStringConvertible {
        case exited(Int32)
        case killed(signal: Int32)

        var description: String {
            switch self {
            case .exited(let code): "exit code \(code)"
            case .killed(let signal): "signal \(signal)"
            }
        }
    }

    /// The process.
    let processID: Int32
    /// When it ends, and how.
    let ending = OneTimeSignal<Ending>()

    /// Starts a program.
    ///
    /// - Parameters:
    ///   - executable: The program.
    ///   - arguments: Its arguments.
    ///   - environment: Variables beyond those of this process.
    ///   - output: Where its standard output goes.
    ///   - errors: Where its standard error goes.
    /// - Throws: ``DemoError`` when it cannot be started.
    init(
        _ executable: String,
        _ arguments: [String],
        environment: [String: String] = [:],
        output: FileHandle,
        errors: FileHandle
    ) throws(DemoError) {
        let process = Process()
        process.executableURL = URL(filePath: executable)
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { _, new in new }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = errors
        process.terminationHandler = { [ending] process in
            switch process.terminationReason {
            case .uncaughtSignal: ending.send(.killed(signal: process.terminationStatus))
            default: ending.send(.exited(process.terminationStatus))
            }
        }
        do {
            try process.run()
        } catch {
            throw DemoError(.setUpFailed, "“\(executable)” cannot be started: \(error).", underlyingError: error)
        }
        processID = process.processIdentifier
    }

    /// Sends a signal, unless the process is known to have ended: its number may be another's by then.
    ///
    /// - Parameter signal: The signal.
    func send(_ signal: Int32) {
        guard ending.value == nil else { return }
        _ = kill(processID, signal)
    }
}
