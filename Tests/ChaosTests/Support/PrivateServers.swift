import EndToEndSupport
import Foundation

/// A PostgreSQL and a RabbitMQ of a test's own, which it may kill.
struct PrivateServers: Sendable {
    /// Where they are.
    let servers: TestServers
    let script: ServicesScript

    fileprivate init(_ script: ServicesScript) async throws {
        self.script = script
        servers = try TestServers(Self.variables(try await script.run("start")))
    }

    /// Shuts a server down in its own way, and waits for it.
    func stop(_ server: String) async throws {
        try await script.run("stop", server)
    }

    /// Ends all processes of a server by SIGKILL, and waits for it.
    func kill(_ server: String) async throws {
        try await script.run("kill", server)
    }

    /// Stops all processes of a server where they are: connections stay open, and nobody answers.
    func pause(_ server: String) async throws {
        try await script.run("pause", server)
    }

    /// Lets a server's processes go on.
    func resume(_ server: String) async throws {
        try await script.run("resume", server)
    }

    /// Starts a server again on the same data, and waits until it answers.
    func start(_ server: String) async throws {
        try await script.run("start", server)
    }

    /// Removes everything that the broker keeps; it must have ended.
    func wipeBroker() throws {
        try script.removeData(of: "rabbitmq")
    }

    /// Ends both servers, in their own way or by SIGKILL, and starts both again on the same data.
    func restartBoth(isKill: Bool) async throws {
        if isKill {
            try await kill("postgres")
            try await kill("rabbitmq")
        } else {
            try await script.run("stop")
        }
        try await script.run("start")
    }

    /// The connections that the broker has, by its own names for them.
    func brokerConnections() async throws -> Set<String> {
        let list = try await script.run("rabbitmqctl", "--quiet", "--no-table-headers", "list_connections", "pid")
        return Set(list.split(separator: "\n").map(String.init).filter { $0.hasPrefix("<") })
    }

    /// Has the broker run short of memory, or not any more: it takes no messages then, and delivers those it has.
    func setMemoryAlarm(_ isOn: Bool) async throws {
        try await script.run("rabbitmqctl", "--quiet", "set_vm_memory_high_watermark", isOn ? "0" : "0.4")
    }

    /// Has the broker close channels whose consumers hold a delivery for longer than a time; those opened from now on.
    func setConsumerTimeout(_ timeout: Duration) async throws {
        let milliseconds = timeout.components.seconds * 1_000
        // How often it looks is a minute by default.
        try await script.run(
            "rabbitmqctl",
            "--quiet",
            "eval",
            """
            application:set_env(rabbit, consumer_timeout, \(milliseconds)), \
            application:set_env(rabbit, channel_tick_interval, 5000).
            """
        )
    }

    /// Has the broker close a connection.
    func closeBrokerConnection(_ connection: String) async throws {
        try await script.run("rabbitmqctl", "--quiet", "close_connection", connection, "a test")
    }

    /// Reads the lines `export NAME='value'`.
    private static func variables(_ text: String) -> [String: String] {
        var variables: [String: String] = [:]
        for line in text.split(separator: "\n") {
            guard line.hasPrefix("export "), let equals = line.firstIndex(of: "=") else { continue }
            let name = line[..<equals].dropFirst("export ".count)
            variables[String(name)] = line[equals...].dropFirst().trimmingCharacters(in: ["'"])
        }
        return variables
    }
}

/// Runs a test with servers of its own; they and their data are gone afterwards.
func withPrivateServers<Result: Sendable>(
    _ body: (PrivateServers) async throws -> Result
) async throws -> Result {
    let script = try ServicesScript()
    do {
        let result = try await body(PrivateServers(script))
        await script.remove()
        return result
    } catch {
        await script.remove()
        throw error
    }
}
