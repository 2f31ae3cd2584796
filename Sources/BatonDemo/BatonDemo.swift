import ArgumentParser

/// The demonstration of Baton: a worker, a producer, and a run of both against real servers with faults.
@main
struct BatonDemo: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "baton-demo",
        abstract: "Runs and enqueues demonstration jobs, and shows that none is lost when servers fail.",
        discussion: """
            Environment:
              BATON_POSTGRES_URL  where jobs are kept, such as postgresql://user:password@host:5432/database
              BATON_RABBITMQ_URL  how workers are woken, such as amqp://user:password@host:5672/vhost
              BATON_NAMESPACE     prefix of schema, exchanges and queues (default: baton)
              BATON_DEMO_INPUT    the folder demo.checksum may read
              BATON_LOG_LEVEL     trace, debug, info, notice, warning, error or critical (default: notice)

            Exit codes:
            \(DemoExitCode.table(indent: "  "))
            """,
        subcommands: [WorkerCommand.self, EnqueueCommand.self, DemoCommand.self]
    )

    static func main() async {
        do {
            var command = try parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch {
            end(with: error)
        }
    }

    /// Ends the process: errors of this program with their fixed codes, the parser's own in the parser's way.
    private static func end(with error: any Error) -> Never {
        guard let error = DemoError(reporting: error) else {
            exit(withError: error)
        }
        StandardError.write("baton-demo: \(error.message)\n")
        exit(withError: ExitCode(error.code.rawValue))
    }
}
