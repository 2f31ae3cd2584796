import Foundation
import Locking

/// A server of a measurement in a process of its own, which can be killed.
struct ServerProcess: Sendable {
    /// How long a server may take until it consumes.
    private static let patience = Duration.seconds(60)

    /// The process.
    let processID: Int32
    private let ended: OneTimeSignal<Int32>

    /// Starts one; it is this program, whatever the working directory is.
    ///
    /// - Parameters:
    ///   - arguments: What it is told.
    ///   - log: Where it writes.
    /// - Throws: ``BenchError`` when it cannot be started.
    init(_ arguments: [String], log: StartLog) throws(BenchError) {
        let executable = Bundle.main.executablePath ?? CommandLine.arguments[0]
        let process = Process()
        let output = try log.writer()
        process.executableURL = URL(filePath: executable)
        process.arguments = arguments
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        let ended = OneTimeSignal<Int32>()
        process.terminationHandler = { ended.send($0.terminationStatus) }
        do {
            try Program.withAllSignals { try process.run() }
        } catch {
            throw BenchError(.failure, "“\(executable)” cannot be started: \(error).", underlyingError: error)
        }
        self.ended = ended
        processID = process.processIdentifier
    }

    /// Waits until it consumes.
    ///
    /// - Parameter log: Where it writes.
    /// - Throws: ``BenchError`` when it ends before, or takes too long; `CancellationError`.
    func waitUntilReady(_ log: StartLog) async throws {
        let deadline = ContinuousClock.now + Self.patience
        while !log.isReady(processID) {
            if let status = ended.value { throw BenchError(.failure, "A server ended at once, with code \(status).") }
            guard ContinuousClock.now < deadline else {
                throw BenchError(.failure, "A server does not consume after \(Self.patience).")
            }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    /// Kills it, and waits until it is gone.
    func end() async {
        // Its number may be another's once it has ended.
        guard ended.value == nil else { return }
        kill(processID, SIGKILL)
        // In a task of its own: an interrupted run is cancelled, and its servers must be gone before what they use is.
        _ = await Task { try? await ended.wait() }.value
    }
}
