import EndToEndSupport
import Foundation
import Glibc
import Locking

/// A program that a test has started.
final class RunningProgram: Sendable {
    /// How it ended, and what it wrote.
    struct Ending: Sendable {
        let code: Int32
        let output: String
        let errors: String
    }

    private let processID: pid_t
    private let files: (output: URL, errors: URL)
    private let ended = OneTimeSignal<Int32>()

    /// Starts a program.
    ///
    /// - Parameters:
    ///   - command: The program, looked for in the PATH unless it is a path itself, and its arguments.
    ///   - environment: Variables beyond those of the test.
    ///   - folder: Where it runs, and where what it writes is kept.
    /// - Throws: What keeps it from being started.
    init(_ command: [String], environment: [String: String] = [:], in folder: URL) throws {
        let name = UUID().uuidString
        // Files: a pipe that nobody reads would stop it.
        files = (folder.appending(path: "\(name).out"), folder.appending(path: "\(name).err"))
        for file in [files.output, files.errors] {
            guard FileManager.default.createFile(atPath: file.path(percentEncoded: false), contents: nil) else {
                throw LabError("\(file.path(percentEncoded: false)) cannot be written")
            }
        }
        let (output, errors) = try (
            FileHandle(forWritingTo: files.output), FileHandle(forWritingTo: files.errors)
        )
        defer {
            try? output.close()
            try? errors.close()
        }
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = command
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        process.currentDirectoryURL = folder
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = errors
        process.terminationHandler = { [ended] process in ended.send(process.terminationStatus) }
        try process.run()
        processID = process.processIdentifier
    }

    /// What it has written to its standard error so far.
    var errors: String { (try? String(contentsOf: files.errors, encoding: .utf8)) ?? "" }

    /// Whether it has ended.
    var hasEnded: Bool { ended.value != nil }

    /// Waits until it has ended.
    func ending() async throws -> Ending {
        let code = try await ended.wait()
        return Ending(code: code, output: try String(contentsOf: files.output, encoding: .utf8), errors: errors)
    }

    /// Ends it, unless it has ended: its number may be another's by then.
    func end() {
        guard !hasEnded else { return }
        _ = kill(processID, SIGKILL)
    }

    /// Runs a program to its end, which is the test's end at the latest.
    static func run(
        _ command: [String],
        environment: [String: String] = [:],
        in folder: URL
    ) async throws -> Ending {
        let program = try RunningProgram(command, environment: environment, in: folder)
        defer { program.end() }
        return try await program.ending()
    }
}
