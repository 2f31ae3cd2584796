import ArgumentParser

/// Measures how fast jobs are stored and published.
struct EnqueueCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "enqueue",
        abstract: "Stores and publishes jobs while nobody runs them.",
        discussion: """
            The rate is that of calls that have returned: the job is committed then. The rate until every message is \
            confirmed is printed beside it, and the costs include the publishing.
            """
    )

    @Option(help: "Jobs.")
    var jobs = 20_000

    @Option(help: "Callers at a time, each one call after another.")
    var concurrency = 16

    @Option(help: "Store so many jobs with each call instead of one.")
    var bulk: Int?

    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard (1...10_000_000).contains(jobs) else { throw ValidationError("--jobs must be 1 to 10000000.") }
        guard (1...10_000).contains(concurrency) else { throw ValidationError("--concurrency must be 1 to 10000.") }
        guard bulk.map({ (1...100_000).contains($0) }) ?? true else {
            throw ValidationError("--bulk must be 1 to 100000.")
        }
    }

    func run() async throws {
        try await common.measure(EnqueueScenario(jobs: jobs, callers: concurrency, bulk: bulk))
    }
}
