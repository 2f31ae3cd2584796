import EndToEndSupport
import Foundation

/// `deploy/services` with a state folder of its own.
struct ServicesScript: Sendable {
    private let deploy: URL
    /// Where the state is, and what else a test has for its servers.
    let folder: URL

    init() throws {
        deploy = URL(filePath: #filePath).appending(path: "../../../../deploy").standardized
        // Not in a folder that only this user may enter: the servers run as users of their own.
        folder = URL(filePath: "/var/tmp/baton-chaos-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    /// Runs a command of the script.
    ///
    /// - Returns: What it printed.
    @discardableResult
    func run(_ arguments: String...) async throws -> String {
        try await run("services", arguments)
    }

    /// Makes certificates in a folder, for a client of that name.
    func makeCertificates(in folder: URL, client: String) async throws {
        try await run("certs", ["--client", client, folder.path()])
    }

    @discardableResult
    private func run(_ script: String, _ arguments: [String]) async throws -> String {
        let name = UUID().uuidString
        let (output, errors) = (folder.appending(path: "\(name).out"), folder.appending(path: "\(name).err"))
        for file in [output, errors] {
            _ = FileManager.default.createFile(atPath: file.path(), contents: nil)
        }
        let process = Process()
        process.executableURL = deploy.appending(path: script)
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(["BATON_STATE_DIR": folder.path()]) { $1 }
        process.standardInput = FileHandle.nullDevice
        // Files, since a server that outlives the script would keep a pipe open.
        process.standardOutput = try FileHandle(forWritingTo: output)
        process.standardError = try FileHandle(forWritingTo: errors)
        let ended = Latch()
        process.terminationHandler = { _ in ended.open() }
        try process.run()
        // To its end even when the test is cancelled: a server must not be left half started.
        await Task { try? await ended.wait() }.value
        guard process.terminationStatus == 0 else {
            let message = (try? String(contentsOf: errors, encoding: .utf8)) ?? ""
            throw LabError("deploy/\(script) \(arguments.joined(separator: " ")) failed:\n\(message)")
        }
        return try String(contentsOf: output, encoding: .utf8)
    }

    /// Removes what a server that does not run has kept.
    func removeData(of server: String) throws {
        try FileManager.default.removeItem(at: folder.appending(path: "servers/\(server)/data"))
    }

    /// Ends the servers and removes all they have kept.
    func remove() async {
        for server in ["postgres", "rabbitmq"] {
            do {
                try await run("kill", server)
            } catch {
                try? FileHandle.standardError.write(contentsOf: Data("\(error)\n".utf8))
            }
        }
        let kept = folder.appending(path: "servers")
        let isElsewhere = (try? FileManager.default.destinationOfSymbolicLink(atPath: kept.path())) != nil
        if isElsewhere {
            try? FileManager.default.removeItem(at: kept.resolvingSymlinksInPath())
        }
        try? FileManager.default.removeItem(at: folder)
    }
}
