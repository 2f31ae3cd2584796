/// A day of the proleptic Gregorian calendar.
struct CivilDate: Sendable, Hashable {
    /// The year; 0 is the one before 1.
    let year: Int64
    /// The month, 1 to 12.
    let month: Int
    /// The day of the month, from 1.
    let day: Int

    /// Creates a date.
    ///
    /// - Parameters:
    ///   - year: The year; 0 is the one before 1.
    ///   - month: The month, 1 to 12.
    ///   - day: The day of the month, from 1.
    init(year: Int64, month: Int, day: Int) {
        self.year = year
        self.month = month
        self.day = day
    }

    // Counted in eras of 400 years that begin on 1 March, so that the leap day comes last.

    /// Creates a date from a count of days.
    ///
    /// - Parameter days: Days since 1 January 1970, negative before it.
    init(daysSince1970 days: Int64) {
        let shifted = days + 719_468
        let era = shifted.quotient(floor: 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = Int(dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100))
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    /// Days since 1 January 1970, negative before it.
    var daysSince1970: Int64 {
        let shiftedYear = month <= 2 ? year - 1 : year
        let era = shiftedYear.quotient(floor: 400)
        let yearOfEra = shiftedYear - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + Int64(dayOfYear)
        return era * 146_097 + dayOfEra - 719_468
    }

    /// The day of the week, from 0 for Sunday to 6.
    var weekday: Int {
        // 1 January 1970 was a Thursday.
        let days = daysSince1970 + 4
        return Int(days - days.quotient(floor: 7) * 7)
    }

    /// How many days the date's month has.
    var lengthOfMonth: Int {
        switch month {
        case 2: year.isMultiple(of: 4) && (!year.isMultiple(of: 100) || year.isMultiple(of: 400)) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}
