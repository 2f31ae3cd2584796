import ArgumentParser

/// Measures how fast a backlog is run.
struct DrainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "drain",
        abstract: "Runs a backlog of jobs that do nothing, until all are recorded as succeeded.",
        discussion: "The clock starts when the first server consumes; storing the backlog is not part of it."
    )

    @Option(help: "Jobs.")
    var jobs = 100_000

    @Option(
        help: """
            Wait for so many seconds after the last job at most until PostgreSQL has vacuumed the table of jobs that have not \
            ended to 8 MB or less, and report its sizes.
            """
    )
    var rest: Int?

    @OptionGroup var servers: ServerOptions
    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard (1...10_000_000).contains(jobs) else { throw ValidationError("--jobs must be 1 to 10000000.") }
        guard rest.map({ (1...86_400).contains($0) }) ?? true else {
            throw ValidationError("--rest must be 1 to 86400 seconds.")
        }
    }

    func run() async throws {
        try await common.measure(DrainScenario(jobs: jobs, rest: rest), servers)
    }
}
