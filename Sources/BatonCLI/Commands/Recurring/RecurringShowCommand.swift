import ArgumentParser
import Baton

/// Shows one recurring entry.
struct RecurringShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Shows a recurring entry with its occurrences and the jobs that they made, latest first."
    )

    @Argument(help: "The entry's id.")
    var id: String

    @Option(help: "How many occurrences at most.")
    var limit = 20

    @OptionGroup var output: Output

    func validate() throws {
        guard (0...10_000).contains(limit) else { throw ValidationError("--limit must be 0 to 10000.") }
    }

    func run() async throws {
        let (record, history) = try await Connections().withStorage { storage in
            (try await storage.recurring(id), try await storage.recurringHistory(of: id, limit: limit))
        }
        guard let record else { throw RecurringCommand.missing(id) }
        let entry = RecurringEntry(record)
        output.write(
            .object(["entry": JSONNode(entry), "history": .array(history.map { JSONNode($0) })]),
            Self.text(entry) + "\n" + Self.table(of: history).text
        )
    }

    private static func text(_ entry: RecurringEntry) -> String {
        let lines: [(String, String?)] = [
            ("id", entry.id), ("state", entry.stateWord), ("error", entry.error), ("schedule", entry.schedule.text),
            ("zone", entry.schedule.zone), ("summary", entry.summary), ("next", entry.nextAt?.shown),
            ("last", entry.lastAt?.shown), ("last job", entry.lastJobID?.description), ("type", entry.name),
            ("queue", entry.queue), ("arguments", entry.arguments.text), ("misfire", entry.policy?.misfire.text),
            ("overlap", entry.policy?.overlap.rawValue), ("jitter", entry.policy?.jitter.shown),
        ]
        return lines.compactMap { name, value in
            value.map { name + String(repeating: " ", count: 11 - name.count) + TerminalText.safe($0) + "\n" }
        }
        .joined()
    }

    private static func table(of history: [RecurringOccurrence]) -> Table {
        var table = Table(["AT", "OUTCOME", "JOB", "DECIDED"])
        for occurrence in history {
            table.add([
                occurrence.at.shown, occurrence.outcome.rawValue, occurrence.jobID?.description,
                occurrence.decidedAt.shown,
            ])
        }
        return table
    }
}
