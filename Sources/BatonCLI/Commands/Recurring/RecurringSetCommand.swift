import ArgumentParser
import Baton
import Foundation

/// Sets a recurring entry.
struct RecurringSetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set",
        abstract: "Makes a recurring entry, or changes the one of the same id.",
        discussion: """
            The type and its arguments are not checked: only a server that knows the type can. An entry that is paused stays so.
            """
    )

    @Argument(help: "The entry's id.")
    var id: String

    @Argument(help: "A cron expression such as “0 9 * * MON-FRI”, or “@every 90s”.")
    var schedule: String

    @Argument(help: "The jobs' type, such as mail.digest.")
    var name: String

    @Option(help: "The time zone in which the expression is read, such as Europe/Paris.")
    var zone = "UTC"

    @Option(help: "The jobs' arguments: a JSON object keyed by parameter name.")
    var arguments = "{}"

    @Option(help: "The jobs' queue.")
    var queue = "default"

    @Option(help: "How many attempts each job has.")
    var attempts = 10

    @Option(help: "What becomes of missed occurrences: fire_once, “fire_each 100” (of the latest so many), or skip.")
    var misfire = MisfirePolicy.fireOnce.text

    @Option(help: "What becomes of an occurrence while the job before has not ended: allow, skip or queue_one.")
    var overlap = OverlapPolicy.allow.rawValue

    @Option(help: "By how many seconds a job may be put off.")
    var jitter = 0.0

    @OptionGroup var output: Output

    func validate() throws {
        guard (try? JSONSerialization.jsonObject(with: Data(arguments.utf8))) is [String: Any] else {
            throw ValidationError("--arguments must be a JSON object.")
        }
        guard (1...Int(Int32.max)).contains(attempts) else { throw ValidationError("--attempts must be 1 or more.") }
        guard (0...86_400).contains(jitter) else { throw ValidationError("--jitter must be 0 to 86400.") }
    }

    func run() async throws {
        let definition = RecurringDefinition(
            id: id,
            name: name,
            queue: queue,
            arguments: JSONText(arguments),
            maximumAttempts: attempts,
            schedule: RecurringSchedule(schedule, in: zone),
            misfire: misfire,
            overlap: overlap,
            jitter: .seconds(jitter)
        )
        let entry = try await Connections().withClient(needsBroker: false) { jobs, _, _ in
            try await jobs.recurring.set(definition)
        }
        let next = entry.nextAt.map { "next \($0.shown)" } ?? entry.stateWord
        output.write(.object(["entry": JSONNode(entry)]), "\(TerminalText.safe(id))  set, \(next)\n")
    }
}
