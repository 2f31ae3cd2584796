import ArgumentParser
import Foundation

/// Measures Baton beside bare C and beside other job systems.
struct CompareCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare",
        abstract: "Measures Baton beside the same work in bare C, and beside other job systems, and prints the ratios.",
        discussion: """
            Everybody takes turns in one run on the same servers, with the same numbers of jobs, batches and callers, and \
            the same type of queue. Each ratio is Baton's figure by the other's of the same repetition.

            Contests: \(names.joined(separator: ", ")).
            """
    )

    private static let names = Contest.all(Contest.Size(), .classic).map(\.name)

    @Option(help: "A folder with the programs ceiling/whole, ceiling/pg and peers/peers.py.")
    var kit: String

    @Option(help: "The folder with the environment of the peers, made by peers/setup (default: that of --kit).")
    var work: String?

    @Option(help: "Job systems of the kit, separated by commas; empty for none.")
    var peers = "pgqueuer"

    @Option(help: "Contests, separated by commas (default: all).")
    var only: String?

    @Option(help: "Jobs of drain, throughput and bulk.")
    var jobs = 100_000

    @Option(help: "Jobs of single.")
    var singleJobs = 40_000

    @Option(help: "Jobs that peers enqueue and drain (default: as many as --jobs).")
    var peerJobs: Int?

    @Option(help: "Seconds of each latency.")
    var seconds = 10

    @OptionGroup var servers: ServerOptions
    @OptionGroup var common: CommonOptions

    private var chosen: [String] { Self.list(only ?? Self.names.joined(separator: ",")) }

    private static func list(_ text: String) -> [String] {
        text.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
    }

    func validate() throws {
        for name in chosen where !Self.names.contains(name) {
            throw ValidationError("There is no contest “\(name)”, but: \(Self.names.joined(separator: ", ")).")
        }
        guard [jobs, singleJobs, peerJobs ?? jobs].allSatisfy({ (1_000...10_000_000).contains($0) }) else {
            throw ValidationError("Jobs must be 1000 to 10000000.")
        }
        guard (1...600).contains(seconds) else { throw ValidationError("--seconds must be 1 to 600.") }
        let programs = ["ceiling/whole", "ceiling/pg"] + (Self.list(peers).isEmpty ? [] : ["peers/peers.py"])
        for program in programs where !FileManager.default.isExecutableFile(atPath: "\(kit)/\(program)") {
            throw ValidationError("--kit: “\(kit)” has no program “\(program)”.")
        }
    }

    func run() async throws {
        let size = Contest.Size(jobs: jobs, singleJobs: singleJobs, seconds: seconds)
        let tournament = Tournament(
            environment: try BenchEnvironment(),
            options: common.rig(servers),
            kit: Kit(folder: kit, work: work ?? kit),
            contests: Contest.all(size, common.queueType).filter { chosen.contains($0.name) },
            peers: Self.list(peers),
            peerJobs: peerJobs ?? jobs,
            peerLatencyJobs: Contest.peerRate * seconds
        )
        let comparisons = try await tournament.run(common.repetitions)
        guard common.json else {
            StandardOutput.write(comparisons.map(\.table).joined(separator: "\n"))
            return
        }
        let result = JSONValue.object([
            "name": .string("compare"),
            "repeat": .integer(common.repetitions),
            "contests": .array(comparisons.map(\.json)),
        ])
        StandardOutput.write(try result.line() + "\n")
    }
}
