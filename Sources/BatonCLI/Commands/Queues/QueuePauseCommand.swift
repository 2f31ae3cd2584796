import ArgumentParser
import Baton

/// Pauses a queue.
struct QueuePauseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pause",
        abstract: "Pauses a queue: none of its jobs is started until it is resumed.",
        discussion: """
            Nothing is lost: what runs goes on, and jobs that come are kept. A pause of one server and that of all stand side \
            by side, and each is ended by itself. A queue that is paused already stays so since then.
            """
    )

    @Argument(help: "The queue.")
    var queue: String

    @Option(help: "Only on the server of this name, whether it runs at the moment or not.")
    var server: String?

    @Option(help: "Why, for those who wonder.")
    var reason: String?

    @OptionGroup var output: Output

    func run() async throws {
        let pause = try await Connections().withClient(needsBroker: false) { jobs, _, _ in
            try await jobs.queues.pause(queue, on: server, reason: reason)
        }
        output.write(
            .object(["queue": .string(queue), "outcome": .string("paused"), "pause": JSONNode(pause)]),
            "\(TerminalText.safe(queue))  paused\n"
        )
    }
}
