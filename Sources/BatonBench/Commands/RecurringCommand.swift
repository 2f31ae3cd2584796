import ArgumentParser
import Foundation

/// Measures whether a recurring entry makes each occurrence once, and how late.
struct RecurringCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "recurring",
        abstract: "Lets an entry make a job every second while servers are killed and PostgreSQL restarts.",
        discussion: """
            Servers run in processes of their own. In turn, one is killed and started again, PostgreSQL of deploy/services \
            is, for everybody who uses it, and another server is. Times count from the second at which an occurrence was \
            due. Exit code 1: an occurrence made no job or more than one, or a job was lost.
            """
    )

    @Option(help: "How many seconds, each with its job.")
    var duration = 120

    @Option(help: "Servers, each in a process of its own.")
    var servers = 4

    @Option(help: "How long each is away, in seconds.")
    var away = 5.0

    @Flag(help: "Kill and restart nothing.")
    var undisturbed = false

    @Option(help: "The program that manages the servers: deploy/services, or one that is called the same way.")
    var services = ProcessInfo.processInfo.environment["BATON_SERVICES"] ?? "deploy/services"

    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard (5...86_400).contains(duration) else { throw ValidationError("--duration must be 5 to 86400 seconds.") }
        guard (3...100).contains(servers) else { throw ValidationError("--servers must be 3 to 100.") }
        guard away >= 0, away <= 3_600 else { throw ValidationError("--away must be up to 3600 seconds.") }
    }

    func run() async throws {
        let scenario = RecurringScenario(duration: duration, away: undisturbed ? nil : away, script: services)
        var options = common.rig()
        options.servers = servers
        let report = try await common.measure(scenario, options)
        for figure in [Figure.occurrencesMissing, .occurrencesDoubled, .jobsLost] {
            guard report[figure].map({ $0.maximum == 0 }) ?? false else {
                throw BenchError(.failure, "\(figure.rawValue) is not 0.")
            }
        }
    }
}
