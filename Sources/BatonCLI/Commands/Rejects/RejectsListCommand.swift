import ArgumentParser
import Baton

/// Lists rejects.
struct RejectsListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Lists submissions that are no jobs, latest first."
    )

    @Option(help: "Those with this code, such as invalid_json.")
    var code: String?

    @Option(help: "Those of this producer: an account of the broker, or else an exchange.")
    var producer: String?

    @Option(help: "Those of this queue.")
    var queue: String?

    @Option(help: "How many at most.")
    var limit = 50

    @OptionGroup var output: Output

    func validate() throws {
        guard (1...10_000).contains(limit) else {
            throw ValidationError("--limit must be 1 to 10000.")
        }
    }

    func run() async throws {
        let filter = RejectFilter(code: code, producer: producer, queue: queue)
        let rejects = try await Connections().withStorage { try await $0.rejects(matching: filter, limit: limit) }
        output.write(
            .object(["rejects": .array(rejects.map { JSONNode($0) })]),
            Self.table(of: rejects).text
        )
    }

    private static func table(of rejects: [RejectedSubmission]) -> Table {
        var table = Table(["ID", "AT", "CODE", "PRODUCER", "QUEUE", "TYPE", "MESSAGE", "JOB", "REASON"])
        for reject in rejects {
            table.add([
                "\(reject.id)", reject.at.shown, reject.reject.code.description, reject.message.producer,
                reject.message.queue, reject.message.type, reject.message.messageID, reject.jobID?.description,
                reject.reject.reason,
            ])
        }
        return table
    }
}
