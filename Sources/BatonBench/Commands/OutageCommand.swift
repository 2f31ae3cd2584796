import ArgumentParser
import Foundation

/// Measures what an outage of one of the servers does to jobs.
struct OutageCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "outage",
        abstract: "Takes a server away and brings it back while jobs are enqueued on a fixed schedule.",
        discussion: """
            It stops and starts the servers of deploy/services, for everybody who uses them. Times count from the moment \
            a job was to be enqueued. Exit code 1: a job was lost, or something was accepted twice.
            """
    )

    @Option(help: "Take RabbitMQ away for so many seconds.")
    var broker: Double?

    @Option(help: "Take PostgreSQL away so many times.")
    var postgres: Int?

    @Option(
        help: """
            How: \(Outage.Manner.allCases.map(\.rawValue).joined(separator: ", ")) (default: stop for RabbitMQ, kill for \
            PostgreSQL).
            """
    )
    var how: Outage.Manner?

    @Option(help: "How long PostgreSQL is away each time, in seconds.")
    var away = 1.0

    @Option(help: "How long the servers are left alone before, between and after, in seconds.")
    var apart = 10.0

    @Option(help: "Jobs per second.")
    var rate = 200.0

    @Option(help: "The program that manages the servers: deploy/services, or one that is called the same way.")
    var services = ProcessInfo.processInfo.environment["BATON_SERVICES"] ?? "deploy/services"

    @OptionGroup var servers: ServerOptions
    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard (broker == nil) != (postgres == nil) else {
            throw ValidationError("Give either --broker or --postgres.")
        }
        guard broker.map({ $0 > 0 && $0 <= 3_600 }) ?? true else {
            throw ValidationError("--broker must be up to 3600 seconds.")
        }
        guard postgres.map({ (1...1_000).contains($0) }) ?? true else {
            throw ValidationError("--postgres must be 1 to 1000.")
        }
        guard away >= 0, apart > 0, away <= 3_600, apart <= 3_600 else {
            throw ValidationError("--away and --apart must be up to 3600 seconds.")
        }
        guard rate >= 0.1, rate <= 10_000 else { throw ValidationError("--rate must be 0.1 to 10000.") }
        guard !common.alone || broker == nil else { throw ValidationError("Without a broker, none can go away.") }
    }

    func run() async throws {
        let outage = Outage(
            server: broker == nil ? .postgres : .rabbitmq,
            manner: how ?? (broker == nil ? .kill : .stop),
            times: postgres ?? 1,
            away: broker ?? away,
            apart: apart
        )
        let report = try await common.measure(OutageScenario(outage: outage, rate: rate, script: services), servers)
        for figure in [Figure.jobsLost, .storedTwice, .endedTwice] {
            guard report[figure].map({ $0.maximum == 0 }) ?? false else {
                throw BenchError(.failure, "\(figure.rawValue) is not 0.")
            }
        }
    }
}

extension Outage.Manner: ExpressibleByArgument {}
