import ArgumentParser

/// Measures how long jobs take at a rate.
struct LatencyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "latency",
        abstract:
            "Enqueues single jobs on a fixed schedule, and measures until they start and until they are recorded.",
        discussion: """
            Times count from the moment a job was to be enqueued, not from the call: what holds callers up counts for \
            every job that would have had to wait (no coordinated omission).
            """
    )

    @Option(help: "Jobs per second.")
    var rate = 50.0

    @Option(help: "How long, in seconds.")
    var duration = 20.0

    @Option(help: "How long each job keeps its thread, in seconds.")
    var work = 0.0

    @OptionGroup var servers: ServerOptions
    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard rate >= 0.1, rate <= 1_000_000 else { throw ValidationError("--rate must be 0.1 to 1000000.") }
        guard duration > 0, duration <= 86_400 else { throw ValidationError("--duration must be up to 86400 seconds.") }
        guard rate * duration <= 10_000_000 else { throw ValidationError("That is more than 10000000 jobs.") }
        guard (0...3_600).contains(work) else { throw ValidationError("--work must be 0 to 3600 seconds.") }
    }

    func run() async throws {
        try await common.measure(LatencyScenario(rate: rate, duration: duration, work: work), servers)
    }
}
