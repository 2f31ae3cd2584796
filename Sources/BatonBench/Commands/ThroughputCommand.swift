import ArgumentParser

/// Measures jobs that are enqueued and run at the same time.
struct ThroughputCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "throughput",
        abstract: "Enqueues and runs jobs at the same time, until all are recorded as succeeded."
    )

    @Option(help: "Jobs.")
    var jobs = 100_000

    @Option(help: "Callers that enqueue at a time.")
    var callers = 1

    @Option(help: "How many jobs each call stores; 0 for calls that store one.")
    var bulk = 500

    @OptionGroup var servers: ServerOptions
    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard (1...10_000_000).contains(jobs) else { throw ValidationError("--jobs must be 1 to 10000000.") }
        guard (1...10_000).contains(callers) else { throw ValidationError("--callers must be 1 to 10000.") }
        guard (0...100_000).contains(bulk) else { throw ValidationError("--bulk must be 0 to 100000.") }
    }

    func run() async throws {
        let scenario = ThroughputScenario(jobs: jobs, callers: callers, bulk: bulk == 0 ? nil : bulk)
        try await common.measure(scenario, servers)
    }
}
