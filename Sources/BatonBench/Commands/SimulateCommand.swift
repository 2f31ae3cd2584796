import ArgumentParser
import Baton
import BatonTesting

/// Runs Baton's own logic through seeded disasters, without any server.
struct SimulateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate",
        abstract:
            "Runs client, servers, scheduler and reconciler through seeded disasters, in memory and virtual time.",
        discussion: """
            Each seed decides what fails, when, and in which order everything happens, and always decides the same. A \
            seed that finds something wrong is printed with its schedule.
            """
    )

    @Option(help: "Seeds.")
    var seeds: UInt64 = 10_000

    @Option(help: "The first of them.")
    var seed: UInt64 = 0

    @Flag(help: "Plant each known defect in turn, and count the seeds that find it.")
    var defects = false

    @Option(help: "A defect to plant in place of each; may be given again.")
    var defect: [String] = []

    private var planted: [PlantedDefect] {
        defects ? PlantedDefect.allCases : defect.compactMap(PlantedDefect.init)
    }

    func validate() throws {
        if let unknown = defect.first(where: { PlantedDefect(rawValue: $0) == nil }) {
            let known = PlantedDefect.allCases.map(\.rawValue).joined(separator: ", ")
            throw ValidationError("There is no defect “\(unknown)”. There are \(known).")
        }
        guard (1...100_000_000).contains(seeds), seed <= .max - seeds else {
            throw ValidationError("--seeds must be 1 to 100000000, and --seed leave room for them.")
        }
    }

    func run() async throws {
        if !planted.isEmpty { return try await countFinds() }
        let (report, rate) = try await simulate([])
        for failure in report.failures.prefix(3) {
            do throws(SimulationError) {
                try Simulation(seed: failure.seed).run()
            } catch {
                StandardOutput.write("\(error)\n")
            }
        }
        let counters = report.counters.sorted { $0.key.name < $1.key.name }
        StandardOutput.write(
            """
            \(report.seeds) seeds, \(report.failures.count) found something wrong, \(rate) seeds/s, \(report.steps) \
            steps, \(Int(report.time / .seconds(3600))) hours of virtual time
            \(counters.map { "  \($0.key.name): \($0.value)\n" }.joined())
            """
        )
        guard report.failures.isEmpty else {
            let seeds = report.failures.prefix(20).map { "\($0.seed)" }.joined(separator: ", ")
            throw BenchError(.failure, "Something is wrong with these seeds: \(seeds)")
        }
    }

    private func countFinds() async throws {
        var hidden: [String] = []
        for defect in planted {
            let (report, _) = try await simulate([defect])
            let first = report.failures.first.map { ", first by seed \($0.seed): \($0.code): \($0.message)" } ?? ""
            StandardOutput.write("\(defect.rawValue): found by \(report.failures.count) of \(report.seeds)\(first)\n")
            if report.failures.isEmpty { hidden.append(defect.rawValue) }
        }
        guard hidden.isEmpty else {
            throw BenchError(.failure, "No seed found: \(hidden.joined(separator: ", "))")
        }
    }

    private func simulate(_ defects: Set<PlantedDefect>) async throws -> (report: SimulationReport, rate: Int) {
        var report = SimulationReport()
        let start = MonotonicClock.now
        for seed in seed..<(seed + seeds) {
            try Task.checkCancellation()
            await Task.yield()
            report.run(Simulation(seed: seed, defects: defects))
        }
        let seconds = Double(MonotonicClock.now - start) / 1e9
        return (report, Int(Double(seeds) / max(seconds, 0.001)))
    }
}
