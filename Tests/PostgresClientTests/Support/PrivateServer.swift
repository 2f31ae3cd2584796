import Foundation
import Glibc
import LoopbackPort
import PostgresClient
import Testing

/// A PostgreSQL server of a test's own, to be restarted and set up as the test likes.
final class PrivateServer: Sendable {
    /// Where the server's programs are, unless they are not installed.
    static let programs: String? = {
        let root = "/usr/lib/postgresql"
        let versions = (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []
        let folders = versions.sorted { $0.compare($1, options: .numeric) == .orderedDescending }.map {
            "\(root)/\($0)/bin"
        }
        return (folders + ["/usr/local/bin", "/usr/bin"]).first {
            FileManager.default.isExecutableFile(atPath: $0 + "/initdb")
        }
    }()

    static var isAvailable: Bool { self.programs != nil }

    let folder: String
    let port: UInt16

    var url: String { "postgresql://tester@127.0.0.1:\(self.port)/postgres" }

    private init(folder: String, port: UInt16) {
        self.folder = folder
        self.port = port
    }

    /// Makes and starts a server, and removes it afterwards.
    static func with<Result>(
        settings: [String: String] = [:],
        hba: String = "host all all 127.0.0.1/32 trust",
        prepare: (PrivateServer) async throws -> Void = { _ in },
        _ body: (PrivateServer) async throws -> Result
    ) async throws -> Result {
        let programs = try #require(self.programs)
        let folder = try TestFolder.make()
        defer { TestFolder.remove(folder) }
        let server = PrivateServer(folder: folder, port: try LoopbackPort.free())
        try await Program.runAsServer([
            programs + "/initdb", "-D", folder + "/data", "-U", "tester", "-A", "trust", "-E", "UTF8", "--no-sync",
        ])
        var lines = [
            "port = \(server.port)", "listen_addresses = '127.0.0.1'", "unix_socket_directories = ''", "fsync = off",
            "shared_buffers = '16MB'", "max_connections = 30",
        ]
        lines += settings.map { "\($0.key) = '\($0.value)'" }
        try server.append(lines.joined(separator: "\n") + "\n", to: "data/postgresql.conf")
        try Data((hba + "\n").utf8).write(to: URL(fileURLWithPath: folder + "/data/pg_hba.conf"))
        try await prepare(server)
        try await server.start()
        do {
            let result = try await body(server)
            try? await server.stop()
            return result
        } catch {
            try? await server.stop()
            throw error
        }
    }

    func start() async throws {
        do {
            try await self.control("start", "-l", self.folder + "/log")
        } catch let failure as Program.Failure {
            let log = (try? String(contentsOfFile: self.folder + "/log", encoding: .utf8)) ?? ""
            throw Program.Failure(description: "\(failure)\n\(log.suffix(2_000))")
        }
    }

    func stop() async throws {
        try await self.control("stop", "-m", "immediate")
    }

    func restart(_ mode: String) async throws {
        try await self.control("restart", "-m", mode, "-l", self.folder + "/log")
    }

    private func control(_ command: String, _ options: String...) async throws {
        let program = try #require(Self.programs) + "/pg_ctl"
        try await Program.runAsServer([program, "-D", self.folder + "/data", "-w", "-t", "300", command] + options)
    }

    private func append(_ text: String, to file: String) throws {
        let path = self.folder + "/" + file
        let handle = try #require(FileHandle(forWritingAtPath: path))
        try handle.seekToEnd()
        try handle.write(contentsOf: Data(text.utf8))
        try handle.close()
    }
}

/// Folders for servers that a test starts.
enum TestFolder {
    static func make() throws -> String {
        let path = NSTemporaryDirectory() + "postgres-client-" + String(UInt64.random(in: .min ... .max), radix: 36)
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        try self.giveToServer(path)
        return path
    }

    static func remove(_ path: String) {
        try? FileManager.default.removeItem(atPath: path)
    }

    /// The servers refuse to run as root, and to read keys that are not theirs.
    static func giveToServer(_ path: String) throws {
        guard geteuid() == 0, let user = getpwnam("postgres") else { return }
        guard chown(path, user.pointee.pw_uid, user.pointee.pw_gid) == 0 else { throw POSIXError(.EPERM) }
    }
}

/// Other programs that tests run.
enum Program {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    static func isInstalled(_ name: String) -> Bool { self.path(name) != nil }

    static func path(_ name: String) -> String? {
        ["/usr/bin", "/bin", "/usr/sbin", "/sbin", "/usr/local/bin"].map { "\($0)/\(name)" }.first {
            FileManager.default.isExecutableFile(atPath: $0)
        }
    }

    /// Runs a program as a user that servers may run as.
    static func runAsServer(_ command: [String]) async throws {
        guard geteuid() == 0 else { return try await self.run(command) }
        try await self.run([try #require(self.path("runuser")), "-u", "postgres", "--"] + command)
    }

    // Not Foundation's `Process`, which takes a program for running as long as a server lives that it has started.
    static func run(_ command: [String]) async throws {
        let folder = try TestFolder.make()
        defer { TestFolder.remove(folder) }
        let status: Int32 = await withCheckedContinuation { continuation in
            Thread.detachNewThread { continuation.resume(returning: Self.spawnAndWait(command, folder + "/output")) }
        }
        guard status != 0 else { return }
        let text = (try? String(contentsOfFile: folder + "/output", encoding: .utf8)) ?? ""
        throw Failure(description: "\(command.joined(separator: " ")) ended with \(status): \(text)")
    }

    private static func spawnAndWait(_ command: [String], _ output: String) -> Int32 {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT, 0o600)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        var arguments = command.map { strdup($0) } + [nil]
        defer { for argument in arguments { free(argument) } }
        var process = pid_t()
        let error = posix_spawn(&process, command[0], &actions, nil, &arguments, environ)
        guard error == 0 else { return error }
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0 && errno == EINTR {}
        return status
    }
}
