import Foundation
import Testing

@testable import Baton

@Suite("Cron expressions")
struct CronExpressionTests {
    private let noon = Date(timeIntervalSince1970: 1_764_072_000)

    @Test("An expression keeps its text, without white space around it")
    func text() throws {
        let expression = try CronExpression("\t 0  9 * * mon-fri\n")
        #expect(expression.text == "0  9 * * mon-fri")
        #expect("\(expression)" == "0  9 * * mon-fri")
        #expect(try expression == CronExpression(expression.text))
        #expect(try Set([expression, CronExpression("0  9 * * mon-fri"), CronExpression("@daily")]).count == 2)
    }

    @Test("The start is due only when it is asked for")
    func inclusive() throws {
        let everyMinute = try CronExpression("* * * * *")
        #expect(everyMinute.next(after: noon, in: .gmt) == noon + 60)
        #expect(everyMinute.next(after: noon, in: .gmt, inclusive: true) == noon)
    }

    @Test("What is due is a whole second after the start, whatever fraction the start has", arguments: [true, false])
    func fractions(inclusive: Bool) throws {
        let everySecond = try CronExpression("@every_second")
        for fraction in [0.000_001, 0.25, 0.999_999] {
            #expect(everySecond.next(after: noon + fraction, in: .gmt, inclusive: inclusive) == noon + 1)
            #expect(everySecond.next(after: noon - fraction, in: .gmt, inclusive: inclusive) == noon)
            let old = Date(timeIntervalSince1970: -1_000_000_000)
            #expect(everySecond.next(after: old - fraction, in: .gmt, inclusive: inclusive) == old)
        }
    }

    @Test("Both days must fit: Friday the 13th, not every Friday and every 13th")
    func bothDays() throws {
        let expression = try CronExpression("0 0 13 * FRI")
        let end = Date(timeIntervalSince1970: 1_830_297_600)  // 1 January 2028
        let due = expression.occurrences(from: noon, to: end, in: .gmt).map { CronTime.text($0, in: .gmt).prefix(10) }
        #expect(due == ["2026-02-13", "2026-03-13", "2026-11-13", "2027-08-13"])
    }

    @Test("A nearest weekday stays in its month")
    func nearestWeekday() throws {
        func days(_ text: String, _ year: Int) throws -> [Substring] {
            let start = try CronTime.instant("\(year)-01-01 00:00 +00:00")
            let end = try CronTime.instant("\(year + 1)-01-01 00:00 +00:00")
            return try CronExpression(text).occurrences(from: start, to: end, in: .gmt).map {
                CronTime.text($0, in: .gmt).dropFirst(5).prefix(5)
            }
        }
        // In 2026, 1 February, March and November are Sundays and 1 August is a Saturday.
        #expect(
            try days("0 0 1W * *", 2026) == [
                "01-01", "02-02", "03-02", "04-01", "05-01", "06-01", "07-01", "08-03", "09-01", "10-01", "11-02",
                "12-01",
            ]
        )
        // 31 January and October are Saturdays, 31 May a Sunday; months of 30 days have none.
        #expect(try days("0 0 31W * *", 2026) == ["01-30", "03-31", "05-29", "07-31", "08-31", "10-30", "12-31"])
        #expect(try days("0 0 LW 2-6 *", 2026) == ["02-27", "03-31", "04-30", "05-29", "06-30"])
    }

    @Test("Nothing is due from the year 2100 on")
    func lastYear() throws {
        let zone = try CronTime.zone("America/New_York")
        let everySecond = try CronExpression("@every_second")
        let last = try CronTime.instant("2099-12-31 23:59:59 -05:00")
        #expect(everySecond.next(after: last - 1, in: zone) == last)
        #expect(everySecond.next(after: last, in: zone) == nil)
        #expect(everySecond.next(after: last + 1e6, in: zone) == nil)
        let leapDay = try CronExpression("0 0 29 2 *")
        #expect(leapDay.next(after: last - 9e7, in: zone) == nil)
        #expect(try leapDay.next(after: last - 1.5e8, in: zone) == CronTime.instant("2096-02-29 00:00 -05:00"))
    }

    @Test(
        "A start that is no date of ours has an answer all the same",
        arguments: [-Double.infinity, -1e300, -1e18, -1e12, 1e12, 1e18, 1e300, .infinity, .nan]
    )
    func strangeStarts(seconds: Double) throws {
        let zone = try CronTime.zone("Europe/Paris")
        let next = try CronExpression("0 0 * * *").next(after: Date(timeIntervalSince1970: seconds), in: zone)
        if seconds < 0 {
            #expect(next.map { CronTime.text($0, in: zone).prefix(10) } == "0001-01-02")
        } else {
            #expect(next == nil)
        }
    }

    @Test("A rare day is found however far it is")
    func rareDay() throws {
        // 29 February is a Monday every 28 years, and not in 2100.
        let expression = try CronExpression("0 0 29 2 MON")
        let due = expression.occurrences(from: noon, to: .distantFuture, in: .gmt)
        #expect(due.map { CronTime.text($0, in: .gmt).prefix(10) } == ["2044-02-29", "2072-02-29"])
    }

    @Test("Occurrences begin with the start, end before the end, and are found one by one")
    func occurrences() throws {
        let everyMinute = try CronExpression("* * * * *")
        #expect(Array(everyMinute.occurrences(from: noon, to: noon + 180, in: .gmt)) == [noon, noon + 60, noon + 120])
        #expect(Array(everyMinute.occurrences(from: noon + 1, to: noon + 60, in: .gmt)).isEmpty)
        #expect(Array(everyMinute.occurrences(from: noon, to: noon, in: .gmt)).isEmpty)
        #expect(Array(everyMinute.occurrences(from: noon, to: noon - 60, in: .gmt)).isEmpty)
        let first = everyMinute.occurrences(from: noon, to: .distantFuture, in: .gmt).prefix(2)
        #expect(Array(first) == [noon, noon + 60])
        var iterator = everyMinute.occurrences(from: noon, to: noon + 60, in: .gmt).makeIterator()
        #expect(iterator.next() == noon)
        #expect(iterator.next() == nil)
        #expect(iterator.next() == nil)
    }

    @Test("What is next is the same from anywhere since what was before, and only grows", arguments: Seeds.few)
    func order(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let zones = TimeZone.knownTimeZoneIdentifiers.sorted()
        for _ in 0..<20 {
            let expression = try CronExpression(CronSamples.expression(using: &random))
            let zone = try CronTime.zone(#require(zones.randomElement(using: &random)))
            var start = Date(timeIntervalSince1970: .random(in: -3e9...3.5e9, using: &random))
            for _ in 0..<5 {
                guard let next = expression.next(after: start, in: zone) else { break }
                let between = start + Double.random(in: 0..<1, using: &random) * next.timeIntervalSince(start)
                let place = "\(expression) in \(zone.identifier) after \(start.timeIntervalSince1970)"
                #expect(next > start, "\(place)")
                #expect(expression.next(after: between, in: zone) == next, "\(place), \(between.timeIntervalSince1970)")
                #expect(expression.next(after: next, in: zone, inclusive: true) == next, "\(place)")
                #expect(next.timeIntervalSince1970 == next.timeIntervalSince1970.rounded(), "\(place)")
                start = next
            }
        }
    }
}
