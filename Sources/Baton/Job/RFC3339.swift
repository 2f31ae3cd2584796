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
        let date = CivilDate(daysSince1970: days)
        guard (0...9999).contains(date.year) else { return nil }
        let time = seconds - seconds.quotient(floor: secondsPerDay) * secondsPerDay
        if digits == 3 { nanoseconds /= 1_000_000 } else if digits == 6 { nanoseconds /= 1_000 }
        return """
            \(padded(date.year, 4))-\(padded(Int64(date.month), 2))-\(padded(Int64(date.day), 2))T\
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
            (1...12).contains(month),
            case let date = CivilDate(year: year, month: Int(month), day: Int(day)),
            (1...date.lengthOfMonth).contains(date.day),
            // A leap second is the first moment of the next minute.
            hour < 24, minute < 60, second <= 60
        else { return nil }
        let days = date.daysSince1970 - daysToReferenceDate
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
