#if canImport(FoundationEssentials)
    package import FoundationEssentials
#else
    package import Foundation
#endif

/// Dates as RFC 3339 text, the form they have in arguments and results.
///
/// Written in UTC with as few of 3, 6 or 9 digits of fraction as give the same `Date` back. Read with any fraction and
/// any offset; a text without an offset is refused, because its moment would be a guess.
package enum RFC3339 {
    private static let nanosecondsPerSecond: Int64 = 1_000_000_000
    private static let secondsPerDay: Int64 = 86_400
    /// From 1 January 1970 to 1 January 2001, where `Date` counts from.
    private static let daysToReferenceDate: Int64 = 11_323

    /// Writes a date.
    ///
    /// - Parameter date: The date.
    /// - Returns: The text, or `nil` outside the years 0 to 9999, which RFC 3339 cannot write.
    package static func text(_ date: Date) -> String? {
        let interval = date.timeIntervalSinceReferenceDate
        guard interval.isFinite, abs(interval) < 1e12 else { return nil }
        let whole = interval.rounded(.down)
        var seconds = Int64(whole)
        var (nanoseconds, digits) = fraction(of: interval, above: whole)
        if nanoseconds == nanosecondsPerSecond {
            seconds += 1
            nanoseconds = 0
        }
        let days = (seconds.quotient(floor: secondsPerDay)) + daysToReferenceDate
        let (year, month, day) = civil(daysSince1970: days)
        guard (0...9999).contains(year) else { return nil }
        let time = seconds - seconds.quotient(floor: secondsPerDay) * secondsPerDay
        if digits == 3 { nanoseconds /= 1_000_000 } else if digits == 6 { nanoseconds /= 1_000 }
        return """
            \(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))T\
            \(padded(time / 3600, 2)):\(padded(time / 60 % 60, 2)):\(padded(time % 60, 2)).\(padded(nanoseconds, digits))Z
            """
    }

    /// Reads a date.
    ///
    /// - Parameter text: A date and time with an offset, such as `2026-03-01T09:30:00.25+01:00`.
    /// - Returns: The date, or `nil` when the text is something else.
    package static func date(_ text: String) -> Date? {
        var reader = Reader(text)
        guard
            let year = reader.number(digits: 4), reader.skip("-"),
            let month = reader.number(digits: 2), reader.skip("-"),
            let day = reader.number(digits: 2), reader.skip("T", "t", " "),
            let hour = reader.number(digits: 2), reader.skip(":"),
            let minute = reader.number(digits: 2), reader.skip(":"),
            let second = reader.number(digits: 2),
            let nanoseconds = reader.fraction(),
            let offset = reader.offset(), reader.isAtEnd,
            (1...12).contains(month), (1...length(of: month, in: year)).contains(day),
            // A leap second is the first moment of the next minute.
            hour < 24, minute < 60, second <= 60
        else { return nil }
        let days = daysSince1970(year: year, month: month, day: day) - daysToReferenceDate
        let seconds = days * secondsPerDay + hour * 3600 + minute * 60 + second - offset
        return Date(timeIntervalSinceReferenceDate: interval(seconds, nanoseconds))
    }

    /// The fraction in nanoseconds, rounded to as few digits as give the interval back.
    private static func fraction(of interval: Double, above whole: Double) -> (nanoseconds: Int64, digits: Int) {
        let fraction = interval - whole
        for (digits, unit) in [(3, 1e3), (6, 1e6)] {
            let nanoseconds = Int64((fraction * unit).rounded()) * (nanosecondsPerSecond / Int64(unit))
            if self.interval(Int64(whole), nanoseconds) == interval { return (nanoseconds, digits) }
        }
        return (Int64((fraction * 1e9).rounded()), 9)
    }

    private static func interval(_ seconds: Int64, _ nanoseconds: Int64) -> Double {
        Double(seconds) + Double(nanoseconds) / Double(nanosecondsPerSecond)
    }

    private static func padded(_ number: Int64, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}

// The proleptic Gregorian calendar, in eras of 400 years that begin on 1 March, so that the leap day comes last.
extension RFC3339 {
    private static func civil(daysSince1970 days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let shifted = days + 719_468
        let era = shifted.quotient(floor: 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
    }

    private static func daysSince1970(year: Int64, month: Int64, day: Int64) -> Int64 {
        let shiftedYear = month <= 2 ? year - 1 : year
        let era = shiftedYear.quotient(floor: 400)
        let yearOfEra = shiftedYear - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    private static func length(of month: Int64, in year: Int64) -> Int64 {
        switch month {
        case 2: year.isMultiple(of: 4) && (!year.isMultiple(of: 100) || year.isMultiple(of: 400)) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}

extension Int64 {
    fileprivate func quotient(floor divisor: Int64) -> Int64 {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }
}
