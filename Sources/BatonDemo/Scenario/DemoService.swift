import Baton
import Foundation
import Locking
import Logging
import PostgresClient
import ServiceLifecycle

/// The demonstration from its preparations to its report.
struct DemoService: Service {
    let environment: DemoEnvironment
    let input: String?
    let count: Int
    let script: ServicesScript
    let scratch: ScratchFolder
    let logger: Logger
    /// Sent when the workers are about to be started.
    let hasWorkers = OneTimeSignal<Void>()
    /// How it came out, once it has.
    let outcome = OneTimeSignal<DemoExitCode>()

    private let connections: Connections
    private let client: PostgresClient

    init(
        environment: DemoEnvironment,
        input: String?,
        count: Int,
        services script: ServicesScript,
        scratch: ScratchFolder
    ) {
        self.environment = environment
        self.input = input
        self.count = count
        self.script = script
        self.scratch = scratch
        // Losing the broker is part of the plan; its warnings would tear the display.
        logger = DemoLogging.logger("baton-demo.demo", environment, atLeast: .error)
        connections = Connections(environment, logger: logger)
        client = PostgresClient.forLedger(environment, logger: logger)
    }

    /// What has to run beside it.
    var services: [any Service] { [client] + connections.services }

    func run() async throws {
        let tool = script.tool
        let folder: InputFolder
        if let path = input ?? environment.inputPath {
            folder = try InputFolder(path)
        } else {
            folder = try await InputFiles.toolchain(tool)
        }
        let files = try InputFiles(in: folder)
        let paths = (0..<count).map { files.paths[$0 % files.paths.count] }
        StandardOutput.write(
            "\(files.paths.count) text files under \(folder.root); \(count) jobs"
                + (count > files.paths.count ? ", some files more than once\n" : "\n")
        )

        try await LedgerSchema.create(in: client)
        let database = try await DemoDatabase(client, namespace: environment.namespace)
        let plan = DemoPlan(count: count)
        let crew = WorkerCrew()
        defer { crew.kill() }
        let scenario = DemoScenario(
            plan: plan,
            files: files,
            jobs: connections.jobs,
            database: database,
            crew: crew,
            services: script,
            scratch: scratch,
            display: ProgressDisplay(expected: count)
        )
        let counters = try await DemoReporter.counters(database)
        hasWorkers.send(())
        let course = try await scenario.run(paths)
        let checksums = try await Checksums(of: Array(files.paths.prefix(count)), in: folder, tool: tool)
        let report = try await DemoReporter(database: database, course: course)
            .report(checksums, countersBefore: counters)
        StandardOutput.write(report.text(plan))
        outcome.send(report.exitCode)
    }
}
