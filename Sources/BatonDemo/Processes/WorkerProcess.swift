import Foundation
import Locking

/// A worker in a process of its own.
struct WorkerProcess: Sendable {
    let name: String
    let child: ChildProcess
    let scratch: ScratchFolder

    /// Starts a worker.
    ///
    /// - Parameters:
    ///   - name: What to call it.
    ///   - queue: The queue it serves.
    ///   - concurrency: How many jobs it runs at once.
    ///   - input: The folder its jobs may read.
    ///   - scratch: Where its output goes.
    /// - Throws: ``DemoError`` when it cannot be started.
    init(
        name: String,
        queue: String,
        concurrency: Int,
        input: InputFolder,
        scratch: ScratchFolder
    ) throws(DemoError) {
        let output = try scratch.file("\(name).out")
        let errors = try scratch.file("\(name).log")
        defer {
            try? output.close()
            try? errors.close()
        }
        self.name = name
        self.scratch = scratch
        child = try ChildProcess(
            Self.executable,
            ["worker", "--queues", queue, "--concurrency", String(concurrency)],
            environment: ["BATON_DEMO_INPUT": input.root],
            output: output,
            errors: errors
        )
    }

    /// The process.
    var processID: Int64 { Int64(child.processID) }

    /// What it logged last, for a message.
    var log: String { scratch.lastLines("\(name).log") }

    /// Waits until the worker consumes.
    ///
    /// - Throws: ``DemoError`` when it ends before, or takes too long.
    func waitUntilReady() async throws {
        let deadline = ContinuousClock.now + .seconds(60)
        while !scratch.text("\(name).out").hasPrefix("ready ") {
            if let ending = child.ending.value {
                throw DemoError(.setUpFailed, "Worker \(name) did not start (\(ending)):\n\(log)")
            }
            guard ContinuousClock.now < deadline else {
                throw DemoError(.setUpFailed, "Worker \(name) does not consume after a minute:\n\(log)")
            }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    /// This very program, whatever the working directory is.
    private static var executable: String {
        let link = "/proc/self/exe"
        let files = FileManager.default
        guard let path = try? files.destinationOfSymbolicLink(atPath: link) else {
            return Bundle.main.executablePath ?? CommandLine.arguments[0]
        }
        // A file that has been replaced since still runs by its link.
        return files.isExecutableFile(atPath: path) ? path : link
    }
}
