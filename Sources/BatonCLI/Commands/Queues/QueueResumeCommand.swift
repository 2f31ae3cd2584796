import ArgumentParser
import Baton

/// Resumes a queue.
struct QueueResumeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume",
        abstract: "Ends the pause of a queue; that of one server only where the server is said."
    )

    @Argument(help: "The queue.")
    var queue: String

    @Option(help: "The server that it was paused on by itself.")
    var server: String?

    @OptionGroup var output: Output

    func run() async throws {
        let wasPaused = try await Connections().withClient(needsBroker: false) { jobs, _, _ in
            try await jobs.queues.resume(queue, on: server)
        }
        guard wasPaused else {
            throw CLIError(
                .notFound,
                "Queue “\(queue)” is not paused \(server.map { "on server “\($0)” by itself" } ?? "on every server")."
            )
        }
        output.write(
            .object(["queue": .string(queue), "server": .optional(server), "outcome": .string("resumed")]),
            "\(TerminalText.safe(queue))  resumed\n"
        )
    }
}
