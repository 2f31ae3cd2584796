import ArgumentParser

/// What measurements with running servers can be told.
struct ServerOptions: ParsableArguments {
    @Option(help: "Jobs at a time in each server, each on a thread (default: Baton's own).")
    var concurrency: Int?

    @Option(help: "Deliveries that wait in each server beyond those that run (default: as many as --concurrency).")
    var lookAhead: Int?

    @Option(
        help: """
            Up to how many running jobs one starts as it is stored, in the server's own process, where Baton's own is as \
            many as there are processors; 0 to measure the way over the queue.
            """
    )
    var eagerStarts = 0

    @Option(help: "Servers, all in this process.")
    var servers = 1

    func validate() throws {
        guard (1...100).contains(servers) else { throw ValidationError("--servers must be 1 to 100.") }
        guard concurrency.map({ (1...10_000).contains($0) }) ?? true else {
            throw ValidationError("--concurrency must be 1 to 10000.")
        }
        guard lookAhead.map({ (0...60_000).contains($0) }) ?? true else {
            throw ValidationError("--look-ahead must be 0 to 60000.")
        }
        guard (0...10_000).contains(eagerStarts) else { throw ValidationError("--eager-starts must be 0 to 10000.") }
    }
}
