import ArgumentParser
import Foundation

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
              BATON_RABBITMQ_TOPOLOGY
                                  declare or verify exchanges and queues (default: declare)
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
        leave(.success)
    }

    /// Ends the process: errors of this program with their fixed codes, the parser's own in the parser's way.
    private static func end(with error: any Error) -> Never {
        if let error = DemoError(reporting: error) {
            StandardError.write("baton-demo: \(error.message)\n")
            leave(ExitCode(error.code.rawValue))
        }
        let code = exitCode(for: error)
        let message = "\(fullMessage(for: error))\n"
        if code == .success {
            StandardOutput.write(message)
        } else {
            StandardError.write(message)
        }
        leave(code)
    }

    /// Ends the process without the handlers that `exit` runs.
    ///
    /// OpenSSL's would take its tables away from a thread that may just be making a connection, which nobody waits for any
    /// more.
    private static func leave(_ code: ExitCode) -> Never {
        fflush(nil)
        _exit(code.rawValue)
    }
}
