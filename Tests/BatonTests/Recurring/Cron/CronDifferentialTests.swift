import Foundation
import Testing

@testable import Baton

/// Compares local times with other implementations'.
///
/// They are croniter's, and those of cron-converter and APScheduler where they can say the expression; what shifted clocks
/// make of them follows Cronos's rules. `Fixtures/generate.py` says how.
@Suite("Cron and other implementations")
struct CronDifferentialTests {
    @Test("What matches by croniter, and by others where they can be asked, is due, in zones and decades of all kinds")
    func cases() throws {
        var zone = TimeZone.gmt
        var count = 0
        for line in try CronFixture.lines("differential.txt") {
            if line.hasPrefix("=") {
                zone = try CronTime.zone(String(line.dropFirst(2)))
                continue
            }
            let parts = line.components(separatedBy: " | ")
            var due = Date(timeIntervalSince1970: try #require(Double(parts[1])))
            let expression = try CronExpression(parts[0])
            for step in parts[2].split(separator: " ") {
                let expected = due.addingTimeInterval(try #require(Double(step)))
                let next = expression.next(after: due, in: zone)
                #expect(
                    next == expected,
                    """
                    \(expression) after \(CronTime.text(due, in: zone)) in \(zone.identifier) is due \
                    \(CronTime.text(next, in: zone)), not \(CronTime.text(expected, in: zone))
                    """
                )
                due = expected
                count += 1
            }
        }
        #expect(count == 1584 * 4)
    }
}
