import EndToEndSupport
import Foundation

/// A `baton-demo worker` in a process of its own, on the Baton of a test.
final class WorkerProcess: Sendable {
    let processID: Int32
    private let output: URL
    private let ended = Latch()

    /// Starts a worker and waits until it consumes.
    init(_ lab: Lab, concurrency: Int) async throws {
        let folder = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
        let program = folder.appending(path: "baton-demo")
        guard FileManager.default.isExecutableFile(atPath: program.path()) else {
            throw LabError("There is no \(program.path()); build it by: swift build --build-tests")
        }
        output = FileManager.default.temporaryDirectory.appending(path: "baton-worker-\(UUID().uuidString).log")
        _ = FileManager.default.createFile(atPath: output.path(), contents: nil)
        let file = try FileHandle(forWritingTo: output)
        defer { try? file.close() }
        let process = Process()
        process.executableURL = program
        process.arguments = ["worker", "--concurrency", "\(concurrency)"]
        process.environment = ProcessInfo.processInfo.environment.merging([
            "BATON_POSTGRES_URL": lab.servers.postgresURL,
            "BATON_RABBITMQ_URL": lab.servers.rabbitMQURL,
            "BATON_NAMESPACE": lab.namespace,
            "BATON_LOG_LEVEL": "debug",
        ]) { $1 }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = file
        process.standardError = file
        process.terminationHandler = { [ended] _ in ended.open() }
        try process.run()
        processID = process.processIdentifier
        do {
            try await eventually("the worker says that it is ready") {
                if ended.isOpen {
                    throw LabError("The worker ended before it was ready:\n\(log)")
                }
                return log.contains("ready server=")
            }
        } catch {
            end()
            throw error
        }
    }

    /// What it wrote.
    var log: String {
        (try? String(contentsOf: output, encoding: .utf8)) ?? ""
    }

    /// Sends a signal, unless the process has ended.
    func send(_ signal: Int32) {
        guard !ended.isOpen else { return }
        _ = kill(processID, signal)
    }

    /// Waits until it has ended.
    func waitUntilEnded() async throws {
        try await ended.wait()
    }

    /// Ends it at once, whatever state it is in, and removes its output.
    func end() {
        send(SIGKILL)
        try? FileManager.default.removeItem(at: output)
    }
}

/// Runs a worker process for the length of a body; it never outlives it.
func withWorker<Result>(
    _ lab: Lab,
    concurrency: Int = 4,
    _ body: (WorkerProcess) async throws -> Result
) async throws -> Result {
    let worker = try await WorkerProcess(lab, concurrency: concurrency)
    defer { worker.end() }
    do {
        let result = try await body(worker)
        worker.send(SIGTERM)
        try await worker.waitUntilEnded()
        return result
    } catch {
        lab.log.add("log of worker \(worker.processID):\n\(worker.log.suffix(4_000))")
        throw error
    }
}
