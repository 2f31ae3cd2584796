import ArgumentParser

/// Measures how long submissions take, beside jobs that the client enqueues.
struct SubmitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "submit",
        abstract:
            "Publishes jobs to the broker as other languages do, in turns with jobs that the client enqueues.",
        discussion: """
            Times are those of the submissions, from the moment each was to be published; those of the jobs that the \
            client enqueued meanwhile stand beside them, and the ratio.
            """
    )

    @Option(help: "Jobs per second, both ways together.")
    var rate = 100.0

    @Option(help: "How long, in seconds.")
    var duration = 20.0

    @Option(help: "How the broker keeps the queue of submissions (default: Baton's own).")
    var submissionQueueType: RigOptions.QueueType?

    @OptionGroup var servers: ServerOptions
    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard rate >= 0.1, rate <= 1_000_000 else { throw ValidationError("--rate must be 0.1 to 1000000.") }
        guard duration > 0, duration <= 86_400 else { throw ValidationError("--duration must be up to 86400 seconds.") }
        guard rate * duration <= 10_000_000 else { throw ValidationError("That is more than 10000000 jobs.") }
        guard !common.alone else { throw ValidationError("Submissions come over the broker; there is no --alone.") }
    }

    func run() async throws {
        var options = common.rig(servers)
        options.submissions = SubmissionTerms(queueType: submissionQueueType)
        try await common.measure(SubmitScenario(rate: rate, duration: duration), options)
    }
}
