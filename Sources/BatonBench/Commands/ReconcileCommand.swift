import ArgumentParser

/// Measures what reconciling costs while nothing is wrong.
struct ReconcileCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reconcile",
        abstract: "Lets a server without work reconcile, while published jobs wait in another queue.",
        discussion: """
            Counted are all statements of the server, its heartbeats included, and all rows of the table of enqueued jobs \
            that anybody reads, for each pass of its reconciler. Exit code 1: a job that nothing is wrong with was touched.
            """
    )

    @Option(help: "Jobs that wait.")
    var waiting = 100_000

    @Option(help: "For how many seconds it is watched.")
    var duration = 60

    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard (0...100_000_000).contains(waiting) else { throw ValidationError("--waiting must be 0 to 100000000.") }
        guard (5...86_400).contains(duration) else { throw ValidationError("--duration must be 5 to 86400 seconds.") }
    }

    func run() async throws {
        try await common.measure(ReconcileScenario(jobs: waiting, duration: duration), common.rig())
    }
}
