package import ArgumentParser
import Foundation

/// The operator's command: looks at jobs, servers and queues, and puts them right.
package struct BatonCLI: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "baton",
        abstract: "Looks at Baton's jobs, servers and queues, and puts them right.",
        discussion: """
            Environment:
              BATON_POSTGRES_URL  where jobs are kept: postgresql://user:password@host/db
              BATON_RABBITMQ_URL  how workers are woken: amqp://user:password@host/vhost;
                                  not set where PostgreSQL alone serves
              BATON_RABBITMQ_TOPOLOGY
                                  declare or verify: whether exchanges and queues that are
                                  missing are made (the default), or are an error
              BATON_NAMESPACE     prefix of schema, exchanges and queues (default: baton)
              BATON_LOG_LEVEL     trace, debug, info, notice, warning, error or critical;
                                  error by default

            Exit codes:
            \(CLIExitCode.table(indent: "  "))
            """,
        subcommands: [
            JobCommand.self, RecurringCommand.self, RejectsCommand.self, QueueCommand.self, ServerCommand.self,
            CounterCommand.self, StatisticsCommand.self, ReconcileCommand.self, MigrateCommand.self, GrantsCommand.self,
            TopologyCommand.self,
        ]
    )

    package init() {}

    package static func main() async {
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
        if let error = CLIError(reporting: error) {
            if let message = error.message {
                StandardError.write("baton: \(TerminalText.safe(message))\n")
            }
            leave(ExitCode(error.code.rawValue))
        }
        let code = exitCode(for: error)
        let message = fullMessage(for: error)
        if code == .success {
            StandardOutput.write("\(message)\n")
        } else {
            // It quotes the command line.
            let lines = message.split(separator: "\n", omittingEmptySubsequences: false)
            StandardError.write(lines.map { "\(TerminalText.safe(String($0)))\n" }.joined())
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
