import Foundation
import Testing

@testable import Baton

/// What Cronos promises, by the cases of its own tests.
@Suite("Cron as Cronos has it")
struct CronosTests {
    @Test("Every case that was taken over from Cronos's own tests has Cronos's answer")
    func cases() throws {
        var zone = TimeZone.gmt
        var inclusive = true
        var count = 0
        for line in try CronFixture.lines("cronos.txt") {
            if line.hasPrefix("=") {
                let words = line.split(separator: " ")
                zone = try CronTime.zone(String(words[1]))
                inclusive = words[2] == "from"
                continue
            }
            let parts = line.components(separatedBy: " | ")
            let next = try CronExpression(parts[0]).next(
                after: CronTime.instant(parts[1]),
                in: zone,
                inclusive: inclusive
            )
            #expect(try next == CronTime.instant(parts[2]), "\(line) in \(zone): \(CronTime.text(next, in: zone))")
            count += 1
        }
        #expect(count == 740)
    }

    @Test("A start that is what a skipped time became is due, unlike in Cronos, which finds it only from before")
    func skippedTimeAsStart() throws {
        let amman = try CronTime.zone("Asia/Amman")
        let expression = try CronExpression("30 0 L * *")
        let end = try CronTime.instant("2017-03-31 01:00 +03:00")
        #expect(expression.next(after: end.addingTimeInterval(-60), in: amman) == end)
        #expect(expression.next(after: end, in: amman, inclusive: true) == end)
        #expect(try expression.next(after: end, in: amman) == CronTime.instant("2017-04-30 00:30 +03:00"))
    }

    @Test(
        "Different texts mean the same",
        arguments: [
            ("* * * * *", "0/2,1/2 * * * *"), ("* * * * *", "1/2,0-59/2 * * * *"), ("* * * * *", "0-59 * * * *"),
            ("* * * * *", "0,1,2-59 * * * *"), ("* * * * *", "50-49 * * * *"), ("* * * * *", "* 0/3,2/3,1/3 * * *"),
            ("* * * * *", "* 12-11 * * *"), ("* * * * *", "* * 5-4 * *"), ("* * * * *", "* * 1/2,2/2 * *"),
            ("* * * * *", "* * * 12-11 *"), ("* * * * *", "* * * * SUN/2,MON/2"), ("* * * * *", "* * * * 0-7/2,MON/2"),
            ("* * * * *", "* * * * 0-6"), ("* * * * *", "* * * * SUN-SAT"), ("* * * * *", "* * * * MON-SUN"),
            ("* * * * *", "* * ? * ?"), ("* * * * 0", "* * * * 7"), ("* * * * 0", "* * * * SUN"),
            ("* * * * 0L", "* * * * 7L"), ("* * * * 0#2", "* * * * sun#2"), ("*/4 * * * *", "0-59/4 * * * *"),
            ("50-15 * * * *", "0-15,50-59 * * * *"), ("* 20-15 * * *", "* 0-15,20-23 * * *"),
            ("* * 20-15 * *", "* * 1-15,20-31 * *"), ("* * * 10-3 *", "* * * 1-3,10-12 *"),
            ("* * * * 5-2", "* * * * 0-2,5-7"), ("* * * * 5-2", "* * * * 1-2,5-7"),
            ("* * * * FRI-TUE", "* * * * SUN-TUE,FRI-SAT"), ("* * * * FRI-MON", "* * * * 0,1,5,6"),
            ("* * * * 7-2/2", "* * * * 0,2"), ("* * * JAN-MAR mon-wed", "* * * 1-3 1-3"),
            ("0 30 9 * * *", "30 9 * * *"), ("* * L-0 * *", "* * L * *"), ("\t 0  9 * * 1 ", "0 9 * * 1"),
            ("@every_second", "* * * * * *"), ("@every_minute", "* * * * *"), ("@hourly", "0 * * * *"),
            ("@daily", "0 0 * * *"), ("@midnight", "0 0 * * *"), ("@weekly", "0 0 * * SUN"),
            ("@monthly", "0 0 1 * *"), (" @YEARLY ", "0 0 1 JAN *"), ("@Annually", "@yearly"),
        ]
    )
    func sameMeaning(one: String, other: String) throws {
        #expect(try CronExpression(one).schedule == CronExpression(other).schedule)
    }
}
