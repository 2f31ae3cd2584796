import Baton
import BatonTesting
import Testing

@Suite struct SimulationTests {
    /// In parts, for as many threads as there are.
    @Test(arguments: 0..<8)
    func seedsPass(part: UInt64) throws {
        for seed in (part * 100)..<(part * 100 + 100) {
            try Simulation(seed: seed).run()
        }
    }

    @Test(arguments: (0..<50).map { _ in UInt64.random(in: 1_000_000...(.max)) })
    func newSeedsPass(seed: UInt64) throws {
        try Simulation(seed: seed).run()
    }

    @Test(arguments: [1, 2, 3, 5, 8, 13, 21, 34] as [UInt64])
    func aSeedAlwaysDoesTheSame(seed: UInt64) throws {
        let first = try Simulation(seed: seed).run()
        #expect(try Simulation(seed: seed).run() == first)
        #expect(try Simulation(seed: seed + 1).run().hash != first.hash)
    }

    /// Hash tables have another order in each process.
    @Test func aSeedDoesTheSameInAnotherProcess() async throws {
        let here = try Self.hashes()
        let result = try #require(
            await #expect(processExitsWith: .success, observing: [\.standardOutputContent]) {
                print("hashes:", try Self.hashes())
            }
        )
        let output = String(decoding: result.standardOutputContent, as: UTF8.self)
        #expect(output.contains("hashes: \(here)"))
    }

    private static func hashes() throws -> [UInt64] {
        try (100..<130).map { try Simulation(seed: $0).run().hash }
    }

    @Test func whatIsCountedShowsThatEveryRepairIsNeeded() {
        var report = SimulationReport()
        for seed in 0..<200 as Range<UInt64> { report.run(seed: seed) }
        #expect(report.seeds == 200)
        for counter in [
            JobCounter.repairedOrphans, .repairedUnpublished, .certifiedServers, .earlyCertificates, .fencedCompletions,
            .duplicateDeliveries, .cancelledLostRuns,
        ] {
            #expect(report.counters[counter, default: 0] > 0, "\(counter)")
        }
    }
}
