import Foundation
import Locking

/// Runs another program to its end.
enum Program {
    /// Runs a program; what it says on standard error is shown as it is.
    ///
    /// - Parameters:
    ///   - executable: The program.
    ///   - arguments: Its arguments.
    ///   - keepsOutput: Whether to read what it writes to standard output; not of a program that leaves others behind.
    /// - Returns: What it wrote to standard output, and its exit code or the signal that ended it.
    /// - Throws: ``BenchError`` when it cannot be started; `CancellationError`, after it was asked to end and has ended.
    static func run(
        _ executable: String,
        _ arguments: [String],
        keepsOutput: Bool = true
    ) async throws -> (output: String, status: Int32) {
        let process = Process()
        let output = keepsOutput ? Pipe() : nil
        process.executableURL = URL(filePath: executable)
        process.arguments = arguments
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output ?? FileHandle.nullDevice
        let ended = OneTimeSignal<Int32>()
        process.terminationHandler = { ended.send($0.terminationStatus) }
        do {
            try withAllSignals { try process.run() }
        } catch {
            throw BenchError(.notConfigured, "“\(executable)” cannot be started: \(error).", underlyingError: error)
        }
        let status: Int32
        do {
            status = try await ended.wait()
        } catch {
            kill(process.processIdentifier, SIGTERM)
            // It removes what it has made on the servers. Awaited in a task that is not cancelled.
            _ = await Task { try? await ended.wait() }.value
            throw error
        }
        // One line, which the pipe has held meanwhile.
        let text = (try? output?.fileHandleForReading.readToEnd()).map { String(decoding: $0, as: UTF8.self) } ?? ""
        return (text, status)
    }

    /// Starts a program with no signal held back.
    ///
    /// It inherits the mask of the thread that starts it, and Dispatch's threads hold nearly all back: the program, or
    /// those it starts, would not hear that they are to end.
    ///
    /// - Parameter start: Starts it.
    /// - Throws: What that throws.
    static func withAllSignals(_ start: () throws -> Void) rethrows {
        var none = sigset_t()
        var before = sigset_t()
        sigemptyset(&none)
        pthread_sigmask(SIG_SETMASK, &none, &before)
        defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
        try start()
    }
}
