import ArgumentParser

/// Measures what a producer does that is much faster than the workers.
struct FloodCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "flood",
        abstract:
            "Publishes jobs much faster than they can be run, while single jobs are enqueued on a fixed schedule.",
        discussion: """
            Times are those of the jobs that the client enqueues. What the broker has confirmed must have succeeded in the \
            end, once; the memory is that of this process, with the servers and the producer.
            """
    )

    @Option(help: "How much faster.")
    var factor = 10

    @Option(help: "How long, in seconds.")
    var duration = 300.0

    @Option(help: "Jobs that the client enqueues per second meanwhile.")
    var rate = 20.0

    @Option(help: "How many submissions the broker's queue holds.")
    var queued = 20_000

    @Option(help: "How many enqueued jobs there may be before servers leave submissions with the broker.")
    var backlog = 2_000

    @Option(help: "How the broker keeps the queue of submissions (default: Baton's own).")
    var submissionQueueType: RigOptions.QueueType?

    @OptionGroup var servers: ServerOptions
    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard (2...1_000).contains(factor) else { throw ValidationError("--factor must be 2 to 1000.") }
        guard duration > 0, duration <= 86_400 else { throw ValidationError("--duration must be up to 86400 seconds.") }
        guard rate >= 0.1, rate <= 10_000 else { throw ValidationError("--rate must be 0.1 to 10000.") }
        guard (1...10_000_000).contains(queued), (1...10_000_000).contains(backlog) else {
            throw ValidationError("--queued and --backlog must be 1 to 10000000.")
        }
        guard !common.alone else { throw ValidationError("Submissions come over the broker; there is no --alone.") }
    }

    func run() async throws {
        var options = common.rig(servers)
        options.submissions = SubmissionTerms(queueType: submissionQueueType, queued: queued, backlog: backlog)
        try await common.measure(FloodScenario(factor: factor, duration: duration, rate: rate), options)
    }
}
