import EndToEndSupport
import Foundation

/// One run of the `baton` command, as a shell would make it.
struct Program {
    let code: Int32
    let output: String
    let errors: String

    /// Runs the command to its end; nothing of Baton's is in its environment but the variables.
    static func run(_ arguments: [String], _ variables: [String: String]) async throws -> Program {
        let folder = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
        let program = folder.appending(path: "baton")
        guard FileManager.default.isExecutableFile(atPath: program.path()) else {
            throw LabError("There is no \(program.path()); build it by: swift build --build-tests")
        }
        let (output, errors) = (try ScratchFile(), try ScratchFile())
        defer {
            output.remove()
            errors.remove()
        }
        let process = Process()
        process.executableURL = program
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment
            .filter { !$0.key.hasPrefix("BATON_") }
            .merging(variables) { $1 }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output.handle
        process.standardError = errors.handle
        let ended = Latch()
        process.terminationHandler = { _ in ended.open() }
        try process.run()
        do {
            try await ended.wait()
        } catch {
            process.terminate()
            throw error
        }
        return Program(code: process.terminationStatus, output: try output.text(), errors: try errors.text())
    }

    /// Its output, which must be one JSON document.
    func document<Document: Decodable>(_ type: Document.Type) throws -> Document {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(type, from: Data(output.utf8))
    }
}

/// A file for a test's own use.
private struct ScratchFile {
    let url = FileManager.default.temporaryDirectory.appending(path: "baton-cli-\(UUID().uuidString)")
    let handle: FileHandle

    init() throws {
        _ = FileManager.default.createFile(atPath: url.path(), contents: nil)
        handle = try FileHandle(forWritingTo: url)
    }

    func text() throws -> String { try String(contentsOf: url, encoding: .utf8) }

    func remove() {
        try? handle.close()
        try? FileManager.default.removeItem(at: url)
    }
}
