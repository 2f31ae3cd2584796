import Testing

@testable import BatonBench

@Suite("Comparison")
struct ComparisonTests {
    private let contest = Contest(
        "drain",
        DrainScenario(jobs: 10),
        against: "whole",
        ["drain"],
        at: "drain.median",
        goal: .atLeast(0.6),
        peers: ["recorded.median", "drain.median"]
    )

    private func baton(_ rate: Double) -> Figures {
        var figures = Figures()
        figures[.jobsPerSecond] = rate
        return figures
    }

    private func result(_ name: String, _ median: Int) -> JSONValue {
        .object([name: .object(["median": .integer(median)])])
    }

    @Test("Ratios are those of each repetition, and their median decides")
    func ratios() throws {
        var comparison = Comparison(contest, RigOptions(), peers: ["pgqueuer"])
        for (own, bound, peer) in [(50.0, 100, 200), (70, 100, 35), (80, 100, 40)] {
            try comparison.add(
                baton(own),
                ceiling: result("drain", bound),
                peers: ["pgqueuer": result("recorded", peer)]
            )
        }
        let (ceiling, peer) = (comparison.rivals[0], comparison.rivals[1])
        #expect(ceiling.ratio == Spread(median: 0.7, minimum: 0.5, maximum: 0.8))
        #expect(ceiling.isGoalMet == true)
        #expect(peer.ratio == Spread(median: 2, minimum: 0.25, maximum: 2))
        #expect(comparison.table.contains("0.70 [0.50 .. 0.80], to be ≥ 0.6: met"))
    }

    @Test("What a peer stored counts before what it only ran")
    func recorded() throws {
        var comparison = Comparison(contest, RigOptions(), peers: ["pgqueuer", "dramatiq", "other"])
        var both = result("drain", 400)
        both.set(.integer(200), at: ["recorded", "median"])
        try comparison.add(
            baton(100),
            ceiling: result("drain", 1_000),
            peers: ["pgqueuer": both, "dramatiq": result("drain", 50)]
        )
        #expect(comparison.rivals.map(\.name) == ["whole drain", "pgqueuer", "dramatiq", "other"])
        #expect(comparison.rivals.map { $0.ratio?.median } == [0.1, 0.5, 2, nil])
        #expect(comparison.rivals.map(\.isGoalMet) == [false, false, true, nil])
    }

    @Test("A result without the figure is an error and no ratio")
    func missing() {
        var comparison = Comparison(contest, RigOptions(), peers: [])
        #expect(throws: BenchError.self) {
            try comparison.add(baton(1), ceiling: result("throughput", 5), peers: [:])
        }
    }

    @Test("Both sides of every contest get the same numbers of jobs and the same type of queue")
    func sameSizes() {
        for contest in Contest.all(Contest.Size(jobs: 1_234, singleJobs: 567, seconds: 3), .quorum) {
            #expect(contest.arguments.contains("\(contest.scenario.jobs)"), "\(contest.name)")
            #expect(contest.program == "pg" || contest.arguments.contains("quorum"), "\(contest.name)")
        }
    }
}
