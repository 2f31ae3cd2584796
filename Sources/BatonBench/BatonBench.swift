package import ArgumentParser
import Foundation
import UnixSignals

/// Measures Baton on real servers.
package struct BatonBench: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "baton-bench",
        abstract: "Measures Baton on real servers: with fsync, confirms, persistent messages and full history.",
        discussion: """
            Environment:
              BATON_POSTGRES_URL  where jobs are kept, such as postgresql://user:password@host:5432/database
              BATON_RABBITMQ_URL  how workers are woken, such as amqp://user:password@host:5672/vhost
              BATON_POSTGRES_PID  the postmaster, for its CPU time (found by itself on this machine)
              BATON_RABBITMQ_PID  the broker, for its CPU time

            Exit codes: 0 measured, 1 a job did not succeed or something else failed, 7 a setting is missing or not \
            valid, 8 a server cannot be reached or refuses, 9 the database may lose commits, 11 interrupted, 64 the \
            command line is not valid.
            """,
        subcommands: [
            EnqueueCommand.self, DrainCommand.self, ThroughputCommand.self, LatencyCommand.self, OutageCommand.self,
            RecurringCommand.self, DelayedCommand.self, SubmitCommand.self, FloodCommand.self, ReconcileCommand.self,
            RetentionCommand.self, CompareCommand.self, SimulateCommand.self, ServerCommand.self,
        ]
    )

    package init() {}

    package static func main() async {
        do {
            let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await runCommand() }
                group.addTask {
                    for await _ in signals {
                        throw BenchError(.interrupted, "interrupted")
                    }
                }
                // Cancelled, a run removes what it has made before it ends.
                defer { group.cancelAll() }
                try await group.next()
            }
        } catch {
            end(with: error)
        }
        leave(.success)
    }

    private static func runCommand() async throws {
        var command = try parseAsRoot()
        if var command = command as? any AsyncParsableCommand {
            try await command.run()
        } else {
            try command.run()
        }
    }

    /// Ends the process: errors of this program with their fixed codes, the parser's own in the parser's way.
    private static func end(with error: any Error) -> Never {
        if let error = BenchError(reporting: error) {
            StandardError.write("baton-bench: \(error.message)\n")
            leave(ExitCode(error.code.exitCode))
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

    /// Ends the process without the handlers that `exit` runs: OpenSSL's would take its tables away from a thread that may
    /// just be making a connection.
    private static func leave(_ code: ExitCode) -> Never {
        fflush(nil)
        _exit(code.rawValue)
    }
}
