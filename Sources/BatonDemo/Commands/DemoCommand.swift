import ArgumentParser
import Foundation
import Locking
import ServiceLifecycle
import UnixSignals

/// Shows on real files and real servers that no job is lost.
struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "Runs thousands of jobs on real files, kills a worker, restarts RabbitMQ, and counts what is left.",
        discussion: """
            A demo.checksum job for each text file of the input; every result is compared with sha256sum. The last line has
            the form “demo: N enqueued, N succeeded, 0 lost, R rerun after the kill”.

            Exit codes:
            \(DemoExitCode.table(indent: "  "))
            """
    )

    @Option(help: "The folder with the files (default: the Swift toolchain's).")
    var input: String?

    @Option(help: "How many jobs; when there are fewer files, files come more than once.")
    var files = 4_000

    @Option(help: "The script that stops and starts RabbitMQ (default: $BATON_SERVICES, or deploy/services).")
    var services: String?

    func validate() throws {
        guard (100...100_000).contains(files) else {
            throw ValidationError("--files must be 100 to 100000.")
        }
    }

    func run() async throws {
        let environment = try DemoEnvironment()
        let scratch = try ScratchFolder()
        let tool = ToolRun(scratch: scratch)
        let script = try ServicesScript(
            services ?? ProcessInfo.processInfo.environment["BATON_SERVICES"] ?? "deploy/services",
            tool: tool
        )
        let demo = DemoService(
            environment: environment,
            input: input,
            count: files,
            services: script,
            scratch: scratch
        )
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: demo.services.map { .init(service: $0) } + [
                    .init(
                        service: demo,
                        successTerminationBehavior: .gracefullyShutdownGroup,
                        failureTerminationBehavior: .cancelGroup
                    )
                ],
                // Nothing is to be finished when somebody interrupts it; the workers are ended on every way out.
                cancellationSignals: [.sigterm, .sigint],
                logger: demo.logger
            )
        )
        do {
            try await group.run()
            guard let code = demo.outcome.value else {
                throw DemoError(.interrupted, "interrupted")
            }
            guard code == .success else {
                throw DemoError(code, code.meaning)
            }
            scratch.remove()
        } catch {
            // Logs are worth keeping once there are workers.
            if demo.hasWorkers.value != nil {
                StandardError.write("\nThe workers' logs are in \(scratch.path)\n")
            } else {
                scratch.remove()
            }
            throw error
        }
    }
}
