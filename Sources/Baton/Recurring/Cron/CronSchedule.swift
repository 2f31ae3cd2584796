/// A cron expression without a time zone: which readings of a clock and a calendar it means.
///
/// Local times here are seconds since 1970 as a clock on the wall shows them, as if it were in Greenwich.
struct CronSchedule: Sendable, Hashable {
    /// The last year in which occurrences are looked for.
    static let lastYear: Int64 = 2099

    private static let secondsPerDay: Int64 = 86_400

    /// Seconds of the minute, never empty.
    let seconds: CronSet
    /// Minutes of the hour, never empty.
    let minutes: CronSet
    /// Hours of the day, never empty.
    let hours: CronSet
    /// What the day-of-month field means.
    let daysOfMonth: CronDaysOfMonth
    /// Months, 1 to 12, never empty.
    let months: CronSet
    /// What the day-of-week field means.
    let daysOfWeek: CronDaysOfWeek
    /// Whether second, minute or hour is written with `*`, a range or a step: the schedule is then meant to keep its
    /// pace while the clocks are put back.
    var isInterval: Bool

    /// Whether any day has all that is asked for.
    var occurs: Bool {
        // 28 years without an exception to the leap years have every kind of year.
        firstDay(after: CivilDate(year: 1999, month: 12, day: 31)) != nil
    }

    /// The first local time that matches, from a bound on.
    ///
    /// - Parameter bound: A local time in seconds.
    /// - Returns: A local time in seconds, or `nil` when there is none through ``lastYear``.
    func first(from bound: Int64) -> Int64? {
        let day = bound.quotient(floor: Self.secondsPerDay)
        let date = CivilDate(daysSince1970: day)
        guard date.year <= Self.lastYear else { return nil }
        if has(date), let time = firstTime(from: Int(bound - day * Self.secondsPerDay)) {
            return day * Self.secondsPerDay + Int64(time)
        }
        guard let day = firstDay(after: date), let time = firstTime(from: 0) else { return nil }
        return day * Self.secondsPerDay + Int64(time)
    }

    private func has(_ date: CivilDate) -> Bool {
        months.contains(date.month)
            && days(in: CivilDate(year: date.year, month: date.month, day: 1)).contains(date.day)
    }

    /// The first day that matches, after a date, in days since 1970.
    private func firstDay(after date: CivilDate) -> Int64? {
        var year = date.year
        var month = date.month
        var bound = date.day + 1
        while year <= Self.lastYear {
            guard let found = months.first(from: month) else {
                year += 1
                month = 1
                bound = 1
                continue
            }
            if found > month { bound = 1 }
            let start = CivilDate(year: year, month: found, day: 1)
            if let day = days(in: start).first(from: bound) { return start.daysSince1970 + Int64(day - 1) }
            month = found + 1
            bound = 1
        }
        return nil
    }

    /// The days of a month that match, given its first.
    private func days(in start: CivilDate) -> CronSet {
        let month = CronMonth(length: start.lengthOfMonth, firstWeekday: start.weekday)
        return daysOfMonth.days(in: month).intersection(daysOfWeek.days(in: month))
    }

    /// The first time of day that matches, from a bound on, in seconds since midnight.
    private func firstTime(from bound: Int) -> Int? {
        let (hour, minute, second) = (bound / 3600, bound / 60 % 60, bound % 60)
        if hours.contains(hour) {
            if minutes.contains(minute), let found = seconds.first(from: second) {
                return hour * 3600 + minute * 60 + found
            }
            if let found = minutes.first(from: minute + 1), let second = seconds.first {
                return hour * 3600 + found * 60 + second
            }
        }
        guard let found = hours.first(from: hour + 1), let minute = minutes.first, let second = seconds.first else {
            return nil
        }
        return found * 3600 + minute * 60 + second
    }
}
