#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

/// When a recurring job is due, such as `0 9 * * MON-FRI`: every weekday at nine.
///
/// Five fields, or six with the second before them:
///
///     second (optional)  0–59
///     minute             0–59
///     hour               0–23
///     day of month       1–31              L  L-3  15W  LW  L-3W
///     month              1–12 or JAN–DEC
///     day of week        0–7 or SUN–SAT    5L  MON#2            0 and 7 are both Sunday
///
/// Every field takes `*` (or `?`, which is the same), values, ranges `9-17`, steps `*/5` and `10-30/5` (`10/5` goes on
/// to the field's end), and lists `1,15,20-25`. A range may wrap: `FRI-MON`, `22-2`. Letters may be small or capital.
/// `L` is the month's last day and `L-3` three days before it; `15W` the weekday from Monday to Friday that is nearest
/// to the 15th in the same month; `5L` the month's last Friday; `MON#2` its second Monday. These stand alone in their
/// field. The macros are `@yearly` (or `@annually`), `@monthly`, `@weekly`, `@daily` (or `@midnight`), `@hourly`,
/// `@every_minute` and `@every_second`.
///
/// A time matches when all fields do. So `0 0 13 * FRI` is Friday the 13th, as in Hangfire; Vixie's cron would take
/// every 13th and every Friday.
///
/// ### Where clocks are shifted
///
/// As in Cronos, Hangfire's library:
///
/// - Clocks put forward: what is due at times that they leave out is due once, at the first moment after them.
///   `30 2 * * *` is due at 03:00 on the day on which 02:00 to 03:00 is missing. Where a whole day is missing, as in
///   Samoa on 30 December 2011, what was due on it is due when the next begins.
/// - Clocks put back: an expression whose second, minute and hour are values and lists alone, such as `30 1 * * *`, is
///   due the first of the two times. One with a `*`, a range or a step there is meant to keep its pace and is due both
///   times.
public struct CronExpression: Sendable, Hashable, CustomStringConvertible {
    /// The beginning of the year 1, in seconds since 1970.
    private static let beginning = -62_135_596_800.0
    /// Well after the last year in any time zone, in seconds since 1970.
    private static let end = 4_102_444_800.0 + 2 * 86_400

    /// The expression as it was given, without white space around it.
    public let text: String

    let schedule: CronSchedule

    /// Reads an expression.
    ///
    /// - Parameter text: Five or six fields, or a macro.
    /// - Throws: A ``CronError`` that says which field is wrong and where, or that no day fits the expression.
    public init(_ text: String) throws(CronError) {
        var trimmed = text.drop(while: \.isWhitespace)
        while trimmed.last?.isWhitespace == true { trimmed.removeLast() }
        self.text = String(trimmed)
        schedule = try CronParser.schedule(self.text)
    }

    /// What the expression means, in English: "Every weekday at 09:00".
    ///
    /// It is made from the meaning, not from the text: `*/30 * * * *` and `0,30 * * * *` have the same.
    public var summary: String {
        CronSummary(schedule).text
    }

    /// The expression as it was given.
    public var description: String {
        text
    }

    /// The next time that is due.
    ///
    /// - Parameters:
    ///   - date: Where to begin.
    ///   - zone: The time zone whose clocks the expression is about.
    ///   - inclusive: Whether `date` itself may be the answer.
    /// - Returns: The first whole second that is due after `date`, with `inclusive` from `date` on; `nil` when there is
    ///   none before the zone's year 2100.
    public func next(after date: Date, in zone: TimeZone, inclusive: Bool = false) -> Date? {
        let seconds = date.timeIntervalSince1970
        guard seconds < Self.end else { return nil }
        // Nothing before the year 1 is looked at.
        let start = max(seconds, Self.beginning)
        let done = inclusive ? start.rounded(.up) - 1 : start.rounded(.down)
        guard let next = schedule.next(after: Int64(done), by: ZoneClock(zone: zone)) else { return nil }
        return Date(timeIntervalSince1970: Double(next))
    }

    /// The times that are due in an interval, each found when it is asked for.
    ///
    /// - Parameters:
    ///   - start: The first time that may be among them.
    ///   - end: The first time that may not.
    ///   - zone: The time zone whose clocks the expression is about.
    /// - Returns: The times, earliest first.
    public func occurrences(from start: Date, to end: Date, in zone: TimeZone) -> CronOccurrences {
        CronOccurrences(expression: self, start: start, end: end, zone: zone)
    }
}
