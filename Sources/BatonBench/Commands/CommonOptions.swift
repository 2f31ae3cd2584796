import ArgumentParser

/// What every measurement can be told.
struct CommonOptions: ParsableArguments {
    @Option(help: "How the broker keeps the queue: \(RigOptions.QueueType.allValueStrings.joined(separator: " or ")).")
    var queueType = RigOptions.QueueType.classic

    @Flag(help: "Without a broker: PostgreSQL alone.")
    var alone = false

    @Option(name: .customLong("repeat"), help: "How often to measure; the medians are reported.")
    var repetitions = 1

    @Option(
        help: """
            The schema and the prefix of the queues, which must not exist and are dropped at the end (default: a random \
            one for each repetition).
            """
    )
    var namespace: String?

    @Flag(help: "Print one JSON object instead of a table.")
    var json = false

    func validate() throws {
        guard (1...1_000).contains(repetitions) else { throw ValidationError("--repeat must be 1 to 1000.") }
    }

    /// How Baton is set up.
    ///
    /// - Parameter servers: What is said of servers, where there are any.
    /// - Returns: The options.
    func rig(_ servers: ServerOptions? = nil) -> RigOptions {
        var options = RigOptions()
        options.namespace = namespace
        options.queueType = alone ? nil : queueType
        if let servers {
            options.concurrency = servers.concurrency
            options.lookAhead = servers.lookAhead
            options.eagerStarts = servers.eagerStarts
            options.servers = servers.servers
        }
        return options
    }

    /// Measures as often as asked, and prints the report.
    ///
    /// - Parameters:
    ///   - scenario: What to measure.
    ///   - servers: What is said of servers, where there are any.
    /// - Returns: The report.
    /// - Throws: ``BenchError``, or what Baton or the servers throw.
    @discardableResult
    func measure(_ scenario: some Scenario, _ servers: ServerOptions? = nil) async throws -> Report {
        try await measure(scenario, rig(servers))
    }

    /// Measures as often as asked, and prints the report.
    ///
    /// - Parameters:
    ///   - scenario: What to measure.
    ///   - options: How Baton is set up.
    /// - Returns: The report.
    /// - Throws: ``BenchError``, or what Baton or the servers throw.
    @discardableResult
    func measure(_ scenario: some Scenario, _ options: RigOptions) async throws -> Report {
        let environment = try BenchEnvironment()
        var report = Report(scenario, options)
        for _ in 0..<repetitions {
            report.add(try await scenario.run(environment, options))
        }
        StandardOutput.write(json ? try report.json.line() + "\n" : report.table)
        return report
    }
}

extension RigOptions.QueueType: ExpressibleByArgument {}
