import EndToEndSupport
import Foundation
import Glibc

/// Runs PostgreSQL's own programs, as a user that servers may run as.
enum ServerProgram {
    /// The folder of PostgreSQL's programs.
    static func folder() throws -> String {
        let root = "/usr/lib/postgresql"
        let versions = (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []
        let folders = versions.sorted { $0.compare($1, options: .numeric) == .orderedDescending }
            .map { "\(root)/\($0)/bin" }
        guard
            let folder = (folders + ["/usr/local/bin", "/usr/bin"]).first(where: {
                FileManager.default.isExecutableFile(atPath: $0 + "/initdb")
            })
        else { throw LabError("PostgreSQL's programs are not installed") }
        return folder
    }

    /// Makes a folder that the servers' user owns.
    static func makeFolder() throws -> String {
        // Not in a folder that only this user may enter.
        let path = "/var/tmp/baton-pair-\(UUID().uuidString.prefix(8))"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        if geteuid() == 0, let user = getpwnam("postgres") {
            guard chown(path, user.pointee.pw_uid, user.pointee.pw_gid) == 0 else { throw POSIXError(.EPERM) }
        }
        return path
    }

    /// Runs a program to its end.
    ///
    /// - Parameter command: The program, by its whole path, and its arguments.
    /// - Throws: `LabError` with what it wrote when it fails.
    static func run(_ command: [String]) async throws {
        let output = NSTemporaryDirectory() + "baton-program-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: output) }
        let command = geteuid() == 0 ? ["/usr/sbin/runuser", "-u", "postgres", "--"] + command : command
        let status: Int32 = await withCheckedContinuation { continuation in
            Thread.detachNewThread { continuation.resume(returning: spawnAndWait(command, output)) }
        }
        guard status != 0 else { return }
        let text = (try? String(contentsOfFile: output, encoding: .utf8)) ?? ""
        throw LabError("\(command.joined(separator: " ")) ended with \(status): \(text)")
    }

    // Not Foundation's `Process`, which takes a program for running as long as a server lives that it has started.
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
