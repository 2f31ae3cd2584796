import ArgumentParser
import Baton

/// Shows one job.
struct JobShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Shows a job with its history."
    )

    @Argument(help: "The job's id.")
    var id: JobID

    @OptionGroup var output: Output

    func run() async throws {
        let (job, history) = try await Connections().withStorage { storage in
            (try await storage.job(id), try await storage.history(of: id))
        }
        guard let job else { throw CLIError(.notFound, "There is no job \(id).") }
        output.write(
            .object([
                "job": JSONNode(job),
                "history": .array(history.enumerated().map { JSONNode($1, number: $0 + 1) }),
            ]),
            Self.text(job) + "\n" + Self.table(of: history).text
        )
    }

    private static func text(_ job: JobSnapshot) -> String {
        let lines: [(String, String?)] = [
            ("id", "\(job.id)"), ("type", job.name), ("queue", job.queue), ("state", job.state.rawValue),
            ("since", job.stateAt.shown), ("due", job.scheduledAt?.shown), ("created", job.createdAt.shown),
            ("arguments", job.arguments.text), ("attempt", "\(job.attempt) of \(job.maximumAttempts)"),
            ("run", "\(job.run)"), ("generation", "\(job.generation)"), ("result", job.result?.text),
            ("progress", job.progress.map(Self.text)),
            ("error", job.failure.map { "\($0.type): \($0.message)" }), ("details", job.failure?.details),
        ]
        return lines.compactMap { name, value in
            value.map { "\(name.padded(to: 11))\(TerminalText.safe($0))\n" }
        }
        .joined()
    }

    private static func text(_ progress: JobProgress) -> String {
        "\(Int((progress.fraction * 100).rounded())) %" + (progress.message.map { ", \($0)" } ?? "")
    }

    private static func table(of history: [JobHistoryEntry]) -> Table {
        var table = Table(["#", "AT", "STATE", "RUN", "ATTEMPT", "SERVER", "REASON", "DATA"], numbers: [0, 3, 4])
        for (number, entry) in history.enumerated() {
            table.add([
                "\(number + 1)", entry.at.shown, entry.state.rawValue, "\(entry.run)", "\(entry.attempt)",
                entry.server?.description, entry.reason, entry.data?.text,
            ])
        }
        return table
    }
}

extension String {
    fileprivate func padded(to width: Int) -> String {
        self + String(repeating: " ", count: max(0, width - count))
    }
}
