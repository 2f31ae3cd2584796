import ArgumentParser
import Baton

/// Lists queues.
struct QueueListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Lists queues that hold jobs, are served or are paused, with what waits in them.",
        discussion: """
            A million jobs are counted at most; where there are more, numbers bear a “+”. PROBE says for how long a probe has \
            been on its way through a queue in which jobs wait for long: as long as it does not come back, the queue is long, \
            or nobody takes from it. SERVERS bears a “!” where jobs wait and no living server serves the queue; they are kept \
            until one does. PAUSED says since when no jobs of the queue are started, where, and why.
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
            ["QUEUE", "ENQUEUED", "PROCESSING", "SCHEDULED", "OLDEST", "PROBE", "SERVERS", "PAUSED"],
            numbers: [1, 2, 3, 4, 5, 6]
        )
        for queue in queues {
            let more = queue.isPartial ? "+" : ""
            table.add([
                queue.name, "\(queue.enqueued)\(more)", "\(queue.processing)\(more)", "\(queue.scheduled)\(more)",
                queue.oldestAge?.shown, queue.probeAge?.shown, "\(queue.servers)\(queue.isUnserved ? "!" : "")",
                queue.pauses.isEmpty ? nil : queue.pauses.map(\.shown).joined(separator: "; "),
            ])
        }
        return table
    }
}

extension QueuePause {
    /// The pause for people.
    fileprivate var shown: String {
        let place = server.map { "on \($0)" } ?? "everywhere"
        return "\(place) since \(since.shown)\(reason.map { ": \($0)" } ?? "")"
    }
}
