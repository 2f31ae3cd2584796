import EndToEndSupport
import Foundation
import Glibc
import LoopbackPort
import PostgresClient

/// A primary PostgreSQL and a standby that has every commit before the client hears of it.
struct PostgresPair: Sendable {
    /// Both of them, and the broker that all tests share.
    let servers: TestServers
    private let folder: String
    private let programs: String
    private let ports: [UInt16]

    fileprivate init(_ folder: String) throws {
        self.folder = folder
        programs = try ServerProgram.folder()
        ports = try [LoopbackPort.free(), LoopbackPort.free()]
        let hosts = ports.map { "127.0.0.1:\($0)" }.joined(separator: ",")
        servers = try TestServers(
            ProcessInfo.processInfo.environment.merging([
                "BATON_POSTGRES_URL": "postgresql://baton@\(hosts)/postgres?target_session_attrs=read-write"
            ]) { $1 }
        )
    }

    // MARK: Faults

    /// Ends all processes of the primary by SIGKILL, and has the standby take its place.
    func failOver() async throws {
        let lines = try String(contentsOfFile: "\(folder)/primary/postmaster.pid", encoding: .utf8)
        guard let process = lines.split(separator: "\n").first.flatMap({ pid_t($0) }) else {
            throw LabError("The primary does not run")
        }
        // Stopped first, it forks no other.
        kill(process, SIGSTOP)
        let children = try String(contentsOfFile: "/proc/\(process)/task/\(process)/children", encoding: .utf8)
        for child in children.split(separator: " ").compactMap({ pid_t($0) }) + [process] {
            kill(child, SIGKILL)
        }
        try await control("standby", "promote")
    }

    // MARK: Life

    fileprivate func start() async throws {
        try await ServerProgram.run([
            "\(programs)/initdb", "-D", "\(folder)/primary", "-U", "baton", "-A", "trust", "-E", "UTF8", "--no-sync",
        ])
        try await ServerProgram.run([
            "/bin/sh", "-c", #"printf '%s\n' "$2" >>"$1""#, "sh", "\(folder)/primary/postgresql.conf",
            """
            listen_addresses = '127.0.0.1'
            unix_socket_directories = ''
            shared_buffers = '32MB'
            max_connections = 100
            hot_standby = on
            synchronous_commit = on
            # No process that ends loses what the system has been given.
            fsync = off
            """,
        ])
        try await control("primary", "start", port: ports[0])
        try await ServerProgram.run([
            "\(programs)/pg_basebackup", "-D", "\(folder)/standby", "-h", "127.0.0.1", "-p", "\(ports[0])", "-U",
            "baton", "--write-recovery-conf", "--checkpoint=fast", "--no-sync",
        ])
        try await control("standby", "start", port: ports[1])
        let client = PostgresClient(
            PostgresConfiguration(url: "postgresql://baton@127.0.0.1:\(ports[0])/postgres")
        )
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await client.run() }
            defer { group.cancelAll() }
            // In a file of the primary's alone: promoted, the standby waits for nobody.
            try await client.query(
                PostgresStatement("ALTER SYSTEM SET synchronous_standby_names = '*'", prepared: false)
            )
            try await client.query(PostgresStatement("SELECT pg_reload_conf()", prepared: false))
            try await eventually("the standby is synchronous") {
                let rows = try await client.query(
                    PostgresStatement("SELECT sync_state FROM pg_stat_replication", prepared: false)
                )
                return try rows.map { try $0.decode(String.self, 0) } == ["sync"]
            }
        }
    }

    fileprivate func end() async {
        for server in ["primary", "standby"] {
            // The primary may have been killed.
            try? await control(server, "stop")
        }
        try? FileManager.default.removeItem(atPath: folder)
    }

    private func control(_ server: String, _ verb: String, port: UInt16? = nil) async throws {
        var command = ["\(programs)/pg_ctl", "-D", "\(folder)/\(server)", "-w", "-t", "60", verb]
        if let port { command += ["-l", "\(folder)/\(server).log", "-o", "-p \(port)"] }
        if verb == "stop" { command += ["-m", "immediate"] }
        try await ServerProgram.run(command)
    }
}

/// Runs a test with a pair of its own; they and their data are gone afterwards.
func withPostgresPair<Result: Sendable>(_ body: (PostgresPair) async throws -> Result) async throws -> Result {
    let folder = try ServerProgram.makeFolder()
    let pair = try PostgresPair(folder)
    do {
        try await pair.start()
        let result = try await body(pair)
        await pair.end()
        return result
    } catch {
        await pair.end()
        throw error
    }
}
