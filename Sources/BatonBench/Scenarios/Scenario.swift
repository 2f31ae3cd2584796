/// Something to measure.
protocol Scenario: Sendable {
    /// Its name in the report.
    var name: String { get }
    /// How many jobs a run has.
    var jobs: Int { get }
    /// Whether jobs are run.
    var hasServers: Bool { get }
    /// What else the report says of it.
    var settings: [String: JSONValue] { get }

    /// Measures once, on a Baton of its own that is gone afterwards.
    ///
    /// - Parameters:
    ///   - environment: Where the servers are.
    ///   - options: How Baton is set up.
    /// - Returns: The figures.
    /// - Throws: ``BenchError``, or what Baton or the servers throw.
    func run(_ environment: BenchEnvironment, _ options: RigOptions) async throws -> Figures
}

extension Scenario {
    var hasServers: Bool { true }
}
