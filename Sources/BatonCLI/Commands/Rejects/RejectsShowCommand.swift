import ArgumentParser
import Baton

/// Shows one reject.
struct RejectsShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Shows a submission that is no job, with its properties and its body."
    )

    @Argument(help: "The reject's id.")
    var id: JobID

    @OptionGroup var output: Output

    func run() async throws {
        let reject = try await Connections().withStorage { storage in
            try await storage.rejects(matching: RejectFilter(ids: [id]), limit: 1).first
        }
        guard let reject else { throw CLIError(.notFound, "There is no reject \(id).") }
        output.write(
            .object(["reject": JSONNode(reject, withBody: true)]),
            Self.text(reject)
        )
    }

    private static func text(_ reject: RejectedSubmission) -> String {
        let message = reject.message
        let lines: [(String, String?)] = [
            ("id", "\(reject.id)"), ("at", reject.at.shown), ("code", reject.reject.code.description),
            ("reason", reject.reject.reason), ("producer", message.producer), ("queue", message.queue),
            ("exchange", message.exchange), ("key", message.routingKey), ("type", message.type),
            ("message", message.messageID), ("job", reject.jobID?.description),
            ("properties", message.properties.text), ("size", "\(message.bodySize)"),
            ("body", String(decoding: message.body, as: UTF8.self)),
        ]
        return lines.compactMap { name, value in
            value.map { name + String(repeating: " ", count: 12 - name.count) + TerminalText.safe($0) + "\n" }
        }
        .joined()
    }
}
