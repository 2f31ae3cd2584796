import Baton
import Foundation
import Testing

@testable import BatonBench

@Suite("Recurring")
struct RecurringTests {
    private let ids = (0..<4).map { _ in JobID(UUID()) }

    @Test(
        "Occurrences without a job and with two are told, and those of a time at which a server was away are set apart"
    )
    func tally() {
        let second: UInt64 = 1_000_000_000
        let tally = OccurrenceTally(
            occurrences: [
                (10 * second, [ids[0]]), (11 * second, [ids[1]]), (12 * second, [ids[2], ids[3]]), (13 * second, []),
            ],
            starts: [
                ids[0]: [10 * second + 2_000_000], ids[1]: [18 * second, 15 * second],
                ids[2]: [12 * second + 4_000_000],
                // The clocks differ a little.
                ids[3]: [12 * second - 1],
            ],
            succeeded: [ids[0], ids[1], ids[2]],
            windows: [(11 * second)...(11 * second)]
        )
        var figures = Figures()
        tally.report(to: &figures)
        let counts: [Figure: Double] = [
            .occurrencesDue: 4, .occurrencesMade: 3, .occurrencesDoubled: 1, .occurrencesMissing: 1, .jobsLost: 1,
            .startedTwice: 1, .upCount: 3,
        ]
        for (figure, count) in counts { #expect(figures[figure] == count, "\(figure)") }
        #expect(abs((figures[.startMax] ?? 0) - 4_000) < 10)
        #expect(abs((figures[.upStartMax] ?? 0) - 2) < 0.1)
        #expect(figures[.upStartP50] == 0)
    }

    @Test("What processes write is read, also of one that was killed in the middle of a line")
    func log() throws {
        let log = try StartLog()
        defer { log.remove() }
        let (one, other) = (try log.writer(), try log.writer())
        try one.write(contentsOf: Data(StartLog.line(readyProcess: 17).utf8))
        try other.write(contentsOf: Data(StartLog.line(ids[0], startedAt: 5).utf8))
        try one.write(contentsOf: Data(StartLog.line(ids[0], startedAt: 7).utf8))
        try other.write(contentsOf: Data("start \(ids[1])".utf8))
        #expect(log.isReady(17))
        #expect(!log.isReady(1))
        #expect(log.starts == [ids[0]: [5, 7]])
    }
}
