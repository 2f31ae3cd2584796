import ArgumentParser

/// Measures how fast jobs whose time is over are removed.
struct RetentionCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retention",
        abstract: "Removes a day of finished jobs.",
        discussion: """
            Where none of them is to stay the day goes as a whole; with --kept it is gone through row by row. The clock starts \
            when their statistics have been counted, which servers do hour by hour as time goes on, and ends when all are \
            removed; the files of a day that went as a whole go after it, and hold nobody up. Exit code 1: something was \
            removed that was to stay, or stayed.
            """
    )

    @Option(help: "Finished jobs.")
    var jobs = 1_000_000

    @Option(help: "Keep every n-th of them for ever (default: none).")
    var kept: Int?

    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard (1...100_000_000).contains(jobs) else { throw ValidationError("--jobs must be 1 to 100000000.") }
        guard kept.map({ $0 > 1 }) ?? true else { throw ValidationError("--kept must be 2 or more.") }
    }

    func run() async throws {
        try await common.measure(RetentionScenario(jobs: jobs, kept: kept), common.rig())
    }
}
