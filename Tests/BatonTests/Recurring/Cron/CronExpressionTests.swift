import Foundation
import Testing

@testable import Baton

@Suite("Cron expressions")
struct CronExpressionTests {
    @Test(
        "The next time is the first after the one given",
        arguments: [
            ("0 9 * * MON-FRI", "2026-11-27 09:00", "2026-11-30 09:00"),
            ("*/5 * * * *", "2026-11-27 09:01", "2026-11-27 09:05"),
            ("0 0 29 2 *", "2096-03-01", "never"),
        ]
    )
    func next(expression: String, start: String, expected: String) throws {
        let paris = try CronTime.zone("Europe/Paris")
        let next = try CronExpression(expression).next(after: CronTime.instant(start, in: paris), in: paris)
        #expect(expected == "never" ? next == nil : next == (try CronTime.instant(expected, in: paris)))
    }
}
