import ArgumentParser
import Baton
import Foundation

/// Runs one server of a measurement until it is told to stop; ``RecurringScenario`` starts and kills them.
struct ServerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "server",
        abstract: "Runs one server of a measurement in a process of its own.",
        shouldDisplay: false
    )

    @OptionGroup var servers: ServerOptions
    @OptionGroup var common: CommonOptions

    func run() async throws {
        let rig = Rig(try BenchEnvironment(), common.rig(servers))
        try await rig.serve {
            ToldNoOp.self
        } onConsuming: {
            StandardOutput.write(StartLog.line(readyProcess: ProcessInfo.processInfo.processIdentifier))
        }
    }

    /// What a process is told that is to run one.
    ///
    /// - Parameters:
    ///   - namespace: The measurement's.
    ///   - options: How its Baton is set up.
    /// - Returns: The arguments.
    static func arguments(namespace: String, _ options: RigOptions) -> [String] {
        var arguments = ["server", "--namespace", namespace]
        arguments += options.queueType.map { ["--queue-type", $0.rawValue] } ?? ["--alone"]
        if let concurrency = options.concurrency { arguments += ["--concurrency", String(concurrency)] }
        if let lookAhead = options.lookAhead { arguments += ["--look-ahead", String(lookAhead)] }
        return arguments
    }
}
