import ArgumentParser
import Baton

/// Queues.
struct QueueCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "queue",
        abstract: "Shows queues.",
        subcommands: [QueueListCommand.self]
    )
}

/// Lists queues.
struct QueueListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Lists queues that hold jobs or are served, with what waits in them.",
        discussion: """
            A million jobs are counted at most; where there are more, numbers bear a “+”. PROBE says for how long a probe has \
            been on its way through a queue in which jobs wait for long: as long as it does not come back, the queue is long, \
            or nobody takes from it.
            """
    )

    @OptionGroup var output: Output

    func run() async throws {
        let queues = try await Connections().withStorage { try await $0.queues() }
        output.write(
            .object(["queues": .array(queues.map { JSONNode($0) })]),
            Self.table(of: queues).text
        )
    }

    private static func table(of queues: [QueueSnapshot]) -> Table {
        var table = Table(
            ["QUEUE", "ENQUEUED", "PROCESSING", "SCHEDULED", "OLDEST", "PROBE", "SERVERS"],
            numbers: [1, 2, 3, 4, 5, 6]
        )
        for queue in queues {
            let more = queue.isPartial ? "+" : ""
            table.add([
                queue.name, "\(queue.enqueued)\(more)", "\(queue.processing)\(more)", "\(queue.scheduled)\(more)",
                queue.oldestAge?.shown, queue.probeAge?.shown, "\(queue.servers)",
            ])
        }
        return table
    }
}
