import ArgumentParser

/// Measures what many jobs that are due at once do to those that are enqueued meanwhile.
struct DelayedCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delayed",
        abstract: "Runs jobs that are all due at the same time, while single jobs are enqueued on a fixed schedule.",
        discussion: """
            Times are those of the jobs enqueued meanwhile, from the moment each was to be enqueued. Jobs per second, and \
            what a job costs, are of those that were due.
            """
    )

    @Option(help: "Jobs that are due at once.")
    var jobs = 100_000

    @Option(help: "Jobs enqueued per second meanwhile.")
    var rate = 200.0

    @Option(help: "Seconds until they are due, by when they must be stored (default: some for each).")
    var lead: Double?

    @OptionGroup var servers: ServerOptions
    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard (1...10_000_000).contains(jobs) else { throw ValidationError("--jobs must be 1 to 10000000.") }
        guard rate >= 0.1, rate <= 1_000_000 else { throw ValidationError("--rate must be 0.1 to 1000000.") }
        guard lead.map({ (2...86_400).contains($0) }) ?? true else {
            throw ValidationError("--lead must be 2 to 86400 seconds.")
        }
    }

    func run() async throws {
        let lead = lead ?? 10 + Double(jobs) / 5_000
        try await common.measure(DelayedScenario(jobs: jobs, rate: rate, lead: lead), servers)
    }
}
