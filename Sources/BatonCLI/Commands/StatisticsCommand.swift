import ArgumentParser
import Baton
import Foundation

/// Shows how many jobs ended.
struct StatisticsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "statistics",
        abstract: "Shows how many jobs ended, by hour or day, type and state; newest first.",
        discussion: """
            An hour is counted some minutes after its end, by a server; statistics stay when the jobs are removed. Hours and \
            days are those of UTC.
            """
    )

    enum Period: String, ExpressibleByArgument, CaseIterable {
        case hour, day

        var period: JobStatistic.Period { self == .hour ? .hour : .day }
    }

    @Option(name: .customLong("by"), help: "What is added up.")
    var period = Period.hour

    @Option(help: "How many of the last days to show.")
    var days = 1

    @OptionGroup var output: Output

    func validate() throws {
        guard (1...36_500).contains(days) else { throw ValidationError("--days must be 1 to 36500.") }
    }

    func run() async throws {
        let since = Date().addingTimeInterval(-Double(days) * 86_400)
        let statistics = try await Connections().withStorage { storage in
            try await storage.statistics(by: period.period, since: since, limit: JobStatistic.maximumLimit)
        }
        output.write(
            .object(["statistics": .array(statistics.map { JSONNode($0, by: period.period) })]),
            table(of: statistics).text
        )
    }

    private func table(of statistics: [JobStatistic]) -> Table {
        var table = Table([period.rawValue.uppercased(), "TYPE", "STATE", "JOBS", "AVERAGE"], numbers: [3, 4])
        for statistic in statistics {
            let average = statistic.duration.inSeconds * 1000 / Double(max(statistic.jobs, 1))
            let start = period == .hour ? statistic.start.shown : String(statistic.start.shown.prefix(10))
            table.add([
                start, statistic.name, statistic.state.rawValue, "\(statistic.jobs)",
                "\((average * 10).rounded() / 10) ms",
            ])
        }
        return table
    }
}
