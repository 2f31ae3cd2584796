import Testing

@testable import Baton

@Suite("Days of the calendar")
struct CivilDateTests {
    @Test(
        "Known days have their number and their day of the week",
        arguments: [
            (1970, 1, 1, 0, 4), (1969, 12, 31, -1, 3), (2000, 2, 29, 11_016, 2), (1900, 3, 1, -25_508, 4),
            (2099, 12, 31, 47_481, 4), (1, 1, 1, -719_162, 1), (0, 2, 29, -719_469, 2), (-400, 3, 1, -865_565, 3),
        ] as [(Int64, Int, Int, Int64, Int)]
    )
    func knownDays(year: Int64, month: Int, day: Int, days: Int64, weekday: Int) {
        let date = CivilDate(year: year, month: month, day: day)
        #expect(date.daysSince1970 == days)
        #expect(CivilDate(daysSince1970: days) == date)
        #expect(date.weekday == weekday)
    }

    @Test("Every day of four centuries follows the one before it")
    func everyDay() {
        var date = CivilDate(year: 1799, month: 12, day: 31)
        for days in date.daysSince1970 + 1...date.daysSince1970 + 146_097 {
            let next = CivilDate(daysSince1970: days)
            let isSameMonth = date.day < date.lengthOfMonth
            let isSameYear = isSameMonth || date.month < 12
            let expected = CivilDate(
                year: isSameYear ? date.year : date.year + 1,
                month: isSameMonth ? date.month : date.month % 12 + 1,
                day: isSameMonth ? date.day + 1 : 1
            )
            guard next == expected, next.daysSince1970 == days, next.weekday == (date.weekday + 1) % 7 else {
                Issue.record("\(next) after \(date)")
                return
            }
            date = next
        }
        #expect(date == CivilDate(year: 2199, month: 12, day: 31))
    }

    @Test("February has its leap day every 4 years but not every 100, and every 400 all the same")
    func leapYears() {
        let lengths = [1900, 1999, 2000, 2004, 2100, 2400].map { CivilDate(year: $0, month: 2, day: 1).lengthOfMonth }
        #expect(lengths == [28, 28, 29, 29, 28, 29])
    }
}
