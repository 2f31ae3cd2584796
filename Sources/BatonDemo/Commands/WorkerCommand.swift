import ArgumentParser
import Baton
import Foundation
import Logging
import PostgresClient
import ServiceLifecycle
import UnixSignals

/// Runs the demonstration's jobs until it is told to stop.
struct WorkerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "worker",
        abstract: "Runs the demonstration's jobs until SIGTERM or SIGINT, then lets the running ones end.",
        discussion: "Prints “ready server=… pid=…” once it consumes."
    )

    @Option(help: "The queues to serve, separated by commas.")
    var queues = "default"

    @Option(help: "How many jobs run at once.")
    var concurrency: Int?

    @Flag(help: "Take jobs that other programs publish to RabbitMQ.")
    var submissions = false

    private var queueNames: [String] {
        queues.split(separator: ",").map { $0.trimmingPrefix(" ") }.map(String.init)
    }

    func validate() throws {
        try QueueOption.validate(queueNames)
        if let concurrency, !(1...1_000).contains(concurrency) {
            throw ValidationError("--concurrency must be 1 to 1000.")
        }
    }

    func run() async throws {
        let environment = try DemoEnvironment()
        let logger = DemoLogging.logger("baton-demo.worker", environment)
        let input: InputFolder? = try environment.inputPath.map { path throws(DemoError) in try InputFolder(path) }

        let database = PostgresClient.forLedger(environment, logger: logger)
        let ledger = RunLedger(database: database, logger: logger)
        let connections = Connections(environment, logger: logger)
        var configuration = JobServerConfiguration()
        if let concurrency {
            configuration.concurrency = concurrency
            configuration.lookAhead = concurrency
        }
        if submissions { configuration.submissions = SubmissionOptions() }
        let server = try JobServer(
            connections.jobs,
            queues: queueNames,
            configuration: configuration,
            logger: logger,
            onConsuming: { server in
                StandardOutput.write("ready server=\(server) pid=\(ProcessInfo.processInfo.processIdentifier)\n")
            }
        ) {
            DemoJobs(ledger: ledger, input: input)
        }
        // Shut down from the last to the first: the server lets its jobs end while the rest still serves them.
        let services: [any Service] = [database, ledger] + connections.services + [server]
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: services.map { .init(service: $0) },
                gracefulShutdownSignals: [.sigterm, .sigint],
                logger: logger
            )
        )
        try await group.run()
    }
}
