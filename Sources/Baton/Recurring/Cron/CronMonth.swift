/// A month as far as days are chosen in it.
struct CronMonth {
    /// How many days it has, 28 to 31.
    let length: Int
    /// The weekday of its first day, Sunday being 0.
    let firstWeekday: Int

    /// All its days, from 1.
    var days: CronSet {
        CronSet(1...length)
    }

    /// The days that fall on some days of the week.
    ///
    /// - Parameter weekdays: Days of the week, Sunday being 0.
    /// - Returns: Days from 1.
    func days(ofWeek weekdays: CronSet) -> CronSet {
        // Turned so that bit 0 is the weekday of the first day, then laid out five times.
        let twice = weekdays.bits | weekdays.bits << 7
        let week = (twice >> UInt64(firstWeekday)) & 0b111_1111
        let weeks = week * (1 | 1 << 7 | 1 << 14 | 1 << 21 | 1 << 28)
        return CronSet(bits: weeks << 1).intersection(days)
    }

    /// The day from Monday to Friday that is nearest to a day and in the same month.
    ///
    /// - Parameter day: The day, from 1 to ``length``.
    /// - Returns: That day or one at most two days away.
    func weekday(nearest day: Int) -> Int {
        switch (firstWeekday + day - 1) % 7 {
        case 6: day == 1 ? 3 : day - 1
        case 0: day == length ? day - 2 : day + 1
        default: day
        }
    }
}
