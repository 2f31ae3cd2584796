import ArgumentParser
import Baton

/// Servers.
struct ServerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "server",
        abstract: "Shows servers.",
        subcommands: [ServerListCommand.self]
    )
}

/// Lists servers.
struct ServerListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Lists servers, in the order in which they were started.",
        discussion:
            "A server whose lease is over is “expired” until another one certifies it “dead”; an hour later it is forgotten."
    )

    @OptionGroup var output: Output

    func run() async throws {
        let servers = try await Connections().withStorage { try await $0.servers() }
        output.write(
            .object(["servers": .array(servers.map { JSONNode($0) })]),
            Self.table(of: servers).text
        )
    }

    private static func table(of servers: [ServerSnapshot]) -> Table {
        var table = Table(
            ["EPOCH", "STATE", "NAME", "THREADS", "QUEUES", "STARTED", "HEARTBEAT", "LEASE UNTIL"],
            numbers: [3]
        )
        for server in servers {
            table.add([
                "\(server.epoch)", server.state.rawValue, server.name, "\(server.concurrency)",
                server.queues.joined(separator: ","), server.startedAt.shown, server.heartbeatAt.shown,
                server.leaseUntil.shown,
            ])
        }
        return table
    }
}
