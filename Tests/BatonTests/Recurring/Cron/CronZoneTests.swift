import Foundation
import Testing

@testable import Baton

@Suite("Cron where clocks are shifted")
struct CronZoneTests {
    struct Case: CustomTestStringConvertible {
        let zone: String
        let expression: String
        let start: String
        let due: [String]

        init(_ zone: String, _ expression: String, from start: String, _ due: String...) {
            self.zone = zone
            self.expression = expression
            self.start = start
            self.due = due
        }

        var testDescription: String {
            "\(expression) in \(zone) from \(start)"
        }
    }

    private func check(_ sample: Case) throws {
        let zone = try CronTime.zone(sample.zone)
        let due = try CronExpression(sample.expression)
            .occurrences(from: CronTime.instant(sample.start), to: .distantFuture, in: zone)
            .prefix(sample.due.count)
        #expect(due.map { CronTime.text($0, in: zone) } == sample.due)
    }

    @Test(
        "Put forward: what is due at times left out is due once, when they are",
        arguments: [
            Case(
                "Europe/Paris",
                "30 2 * * *",
                from: "2026-03-28 00:00 +01:00",
                "2026-03-28 02:30:00 +01:00",
                "2026-03-29 03:00:00 +02:00",
                "2026-03-30 02:30:00 +02:00"
            ),
            Case(
                "Europe/Paris",
                "0,15 2,3 * * *",
                from: "2026-03-29 00:00 +01:00",
                "2026-03-29 03:00:00 +02:00",
                "2026-03-29 03:15:00 +02:00",
                "2026-03-30 02:00:00 +02:00"
            ),
            Case(
                "Europe/Paris",
                "*/15 2 * * *",
                from: "2026-03-29 00:00 +01:00",
                "2026-03-29 03:00:00 +02:00",
                "2026-03-30 02:00:00 +02:00",
                "2026-03-30 02:15:00 +02:00"
            ),
            Case(
                "Europe/Paris",
                "40 * * * *",
                from: "2026-03-29 01:00 +01:00",
                "2026-03-29 01:40:00 +01:00",
                "2026-03-29 03:00:00 +02:00",
                "2026-03-29 03:40:00 +02:00"
            ),
            Case(
                "Europe/Paris",
                "0 0 29 3 *",
                from: "2026-03-28 00:00 +01:00",
                "2026-03-29 00:00:00 +01:00",
                "2027-03-29 00:00:00 +02:00"
            ),
            // Ireland's winter time is the exception in its law, by an hour back.
            Case(
                "Europe/Dublin",
                "30 1 * * *",
                from: "2026-03-28 12:00 +00:00",
                "2026-03-29 02:00:00 +01:00",
                "2026-03-30 01:30:00 +01:00"
            ),
            Case(
                "Antarctica/Troll",
                "30 1,2 * * *",
                from: "2026-03-29 00:00 +00:00",
                "2026-03-29 03:00:00 +02:00",
                "2026-03-30 01:30:00 +02:00"
            ),
            Case(
                "Asia/Kathmandu",
                "5 0 * * *",
                from: "1985-12-31 12:00 +05:30",
                "1986-01-01 00:15:00 +05:45",
                "1986-01-02 00:05:00 +05:45"
            ),
            Case(
                "America/Sao_Paulo",
                "0 0 * * *",
                from: "2018-11-03 12:00 -03:00",
                "2018-11-04 01:00:00 -02:00",
                "2018-11-05 00:00:00 -02:00"
            ),
        ]
    )
    func putForward(sample: Case) throws {
        try check(sample)
    }

    @Test(
        "Put forward by a day: what was due on the day that was left out is due as the next begins",
        arguments: [
            Case(
                "Pacific/Apia",
                "0 9 * * *",
                from: "2011-12-29 00:00 -10:00",
                "2011-12-29 09:00:00 -10:00",
                "2011-12-31 00:00:00 +14:00",
                "2011-12-31 09:00:00 +14:00"
            ),
            Case(
                "Pacific/Apia",
                "0 9 30 12 *",
                from: "2011-12-29 00:00 -10:00",
                "2011-12-31 00:00:00 +14:00",
                "2012-12-30 09:00:00 +14:00"
            ),
            Case(
                "Pacific/Apia",
                "0 0 31 12 *",
                from: "2011-12-29 00:00 -10:00",
                "2011-12-31 00:00:00 +14:00",
                "2012-12-31 00:00:00 +14:00"
            ),
            Case(
                "Pacific/Kwajalein",
                "0 9 * * SAT",
                from: "1993-08-20 00:00 -12:00",
                "1993-08-22 00:00:00 +12:00",
                "1993-08-28 09:00:00 +12:00"
            ),
        ]
    )
    func putForwardByADay(sample: Case) throws {
        try check(sample)
    }

    @Test(
        "Put back: what has fixed times is due the first of two times",
        arguments: [
            Case(
                "Europe/Paris",
                "30 2 * * *",
                from: "2026-10-24 12:00 +02:00",
                "2026-10-25 02:30:00 +02:00",
                "2026-10-26 02:30:00 +01:00"
            ),
            Case(
                "Europe/Paris",
                "0,30 2,3 * * *",
                from: "2026-10-25 02:30 +02:00",
                "2026-10-25 02:30:00 +02:00",
                "2026-10-25 03:00:00 +01:00",
                "2026-10-25 03:30:00 +01:00"
            ),
            Case(
                "Europe/Paris",
                "30 2 * * *",
                from: "2026-10-25 02:00 +01:00",
                "2026-10-26 02:30:00 +01:00"
            ),
            Case(
                "Europe/Dublin",
                "30 1 * * *",
                from: "2026-10-25 00:00 +01:00",
                "2026-10-25 01:30:00 +01:00",
                "2026-10-26 01:30:00 +00:00"
            ),
            Case(
                "America/Caracas",
                "45 2 * * *",
                from: "2007-12-09 00:00 -04:00",
                "2007-12-09 02:45:00 -04:00",
                "2007-12-10 02:45:00 -04:30"
            ),
            // A month and a day of the week with `*`, ranges or steps make no interval.
            Case(
                "Europe/Paris",
                "30 2 */1 1-12 */1",
                from: "2026-10-25 00:00 +02:00",
                "2026-10-25 02:30:00 +02:00",
                "2026-10-26 02:30:00 +01:00"
            ),
            // All of 30 September but its first hour came twice.
            Case(
                "Pacific/Kwajalein",
                "0 9 * * *",
                from: "1969-09-30 00:00 +11:00",
                "1969-09-30 09:00:00 +11:00",
                "1969-10-01 09:00:00 -12:00"
            ),
        ]
    )
    func putBackOnce(sample: Case) throws {
        try check(sample)
    }

    @Test(
        "Put back: what has a `*`, a range or a step in its time keeps its pace",
        arguments: [
            Case(
                "Europe/Paris",
                "30 * * * *",
                from: "2026-10-25 01:00 +02:00",
                "2026-10-25 01:30:00 +02:00",
                "2026-10-25 02:30:00 +02:00",
                "2026-10-25 02:30:00 +01:00",
                "2026-10-25 03:30:00 +01:00"
            ),
            Case(
                "Europe/Paris",
                "*/30 2 * * *",
                from: "2026-10-25 01:00 +02:00",
                "2026-10-25 02:00:00 +02:00",
                "2026-10-25 02:30:00 +02:00",
                "2026-10-25 02:00:00 +01:00",
                "2026-10-25 02:30:00 +01:00",
                "2026-10-26 02:00:00 +01:00"
            ),
            Case(
                "Europe/Paris",
                "0 30 2-2 * * *",
                from: "2026-10-25 01:00 +02:00",
                "2026-10-25 02:30:00 +02:00",
                "2026-10-25 02:30:00 +01:00",
                "2026-10-26 02:30:00 +01:00"
            ),
            Case(
                "Pacific/Kwajalein",
                "0 */12 * * *",
                from: "1969-09-30 00:00 +11:00",
                "1969-09-30 00:00:00 +11:00",
                "1969-09-30 12:00:00 +11:00",
                "1969-09-30 12:00:00 -12:00",
                "1969-10-01 00:00:00 -12:00"
            ),
        ]
    )
    func putBackTwice(sample: Case) throws {
        try check(sample)
    }

    @Test(
        "Local mean times with their seconds are clocks like others",
        arguments: [
            Case(
                "Africa/Monrovia",
                "0 0 * * *",
                from: "1972-01-05 12:00 -00:00",
                "1972-01-06 00:00:00 -00:44",
                "1972-01-07 00:44:30 +00:00",
                "1972-01-08 00:00:00 +00:00"
            ),
            Case(
                "Europe/London",
                "0 12 * * *",
                from: "1847-11-30 00:00 +00:00",
                "1847-11-30 12:00:00 -00:01",
                "1847-12-01 12:00:00 +00:00"
            ),
        ]
    )
    func localMeanTimes(sample: Case) throws {
        try check(sample)
    }
}
