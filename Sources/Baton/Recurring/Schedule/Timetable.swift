#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A schedule that was read and found good.
struct Timetable: Sendable {
    private enum Rule {
        case cron(CronExpression, TimeZone)
        case every(Duration)
    }

    /// How seldom an entry may be due that is due every so often, in days: about a thousand years, as far as dates go.
    private static let longestDays = 365_000

    private let rule: Rule

    /// Reads a schedule.
    ///
    /// - Parameter schedule: The schedule.
    /// - Throws: ``RecurringError`` that says what is wrong with it.
    init(_ schedule: RecurringSchedule) throws(RecurringError) {
        if schedule.text.hasPrefix(RecurringSchedule.everyPrefix) {
            let length = schedule.text.dropFirst(RecurringSchedule.everyPrefix.count)
            guard let interval = IntervalText.interval(String(length)), interval >= .seconds(1),
                interval <= .seconds(Self.longestDays * 86_400)
            else {
                throw RecurringError(
                    .invalidSchedule,
                    """
                    “\(schedule.text.excerpt)” is no schedule: after @every comes a length of a second to \
                    \(Self.longestDays) days, such as 90s, 1h30m or 2d.
                    """
                )
            }
            rule = .every(interval)
            return
        }
        guard let zone = TimeZone.named(schedule.zone) else {
            throw RecurringError(
                .unknownTimeZone,
                "There is no time zone “\(schedule.zone.excerpt)”. Use a name of the IANA database, such as Europe/Paris."
            )
        }
        do throws(CronError) {
            rule = .cron(try CronExpression(schedule.text), zone)
        } catch {
            throw RecurringError(
                .invalidSchedule,
                "“\(schedule.text.excerpt)” is no cron expression: \(error.message)",
                underlyingError: error
            )
        }
    }

    /// What it says, for people.
    var summary: String {
        switch rule {
        case .cron(let expression, _): expression.summary
        case .every(let interval): "Every \(IntervalText.text(interval))"
        }
    }

    /// The first occurrence after a date.
    ///
    /// - Parameters:
    ///   - date: The date.
    ///   - known: An occurrence that what is due every so often is counted from; `nil` to count from `date`.
    /// - Returns: The occurrence; `nil` when there is none any more.
    func next(after date: Date, knowing known: Date?) -> Date? {
        switch rule {
        case .cron(let expression, let zone):
            return expression.next(after: date, in: zone, inclusive: false)
        case .every(let interval):
            guard let known else { return date.adding(interval) }
            guard known <= date else { return known }
            let steps = known.duration(to: date).microseconds / interval.microseconds + 1
            return known.adding(.microseconds(steps * interval.microseconds))
        }
    }

    /// The last occurrences up to a date.
    ///
    /// - Parameters:
    ///   - count: How many at most.
    ///   - first: The first that counts, itself an occurrence.
    ///   - last: Up to when, inclusive.
    /// - Returns: The occurrences, oldest first.
    func latest(_ count: Int, from first: Date, through last: Date) -> [Date] {
        guard count > 0, first <= last else { return [] }
        var window = Duration.seconds(count)
        // Back from the end in growing steps: there may be millions, and only the latest are wanted.
        while true {
            let start = last.adding(.zero - window)
            let isAll = start <= first
            var found = isAll ? [first] : []
            var date = isAll ? first : start
            while let next = next(after: date, knowing: first), next <= last {
                found.append(next)
                date = next
            }
            if isAll || found.count >= count { return found.suffix(count) }
            window = window * 4
        }
    }
}
