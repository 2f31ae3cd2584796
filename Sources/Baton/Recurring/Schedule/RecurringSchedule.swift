/// When a recurring entry is due: by a cron expression in a time zone, or every so often.
///
/// ```swift
/// .cron("0 9 * * MON-FRI", in: "Europe/Paris")
/// .every(.seconds(90))
/// ```
///
/// It is text, as it is stored and shown; what is wrong with it is told when it is set.
public struct RecurringSchedule: Sendable, Hashable {
    static let everyPrefix = "@every "

    /// The cron expression, or `@every` and a length such as `90s` or `1h30m`.
    public var text: String
    /// The name of the time zone in which a cron expression is read, such as `Europe/Paris`.
    public var zone: String

    /// Creates a schedule from its text.
    ///
    /// - Parameters:
    ///   - text: A cron expression of 5 or 6 fields, a macro such as `@daily`, or `@every` and a length.
    ///   - zone: The name of a time zone; what is due every so often knows none.
    public init(_ text: String, in zone: String = "UTC") {
        self.text = text
        self.zone = zone
    }

    /// At the times of a cron expression.
    ///
    /// - Parameters:
    ///   - expression: 5 fields, or 6 with seconds in front, or a macro such as `@daily`.
    ///   - zone: The name of a time zone, as `Europe/Paris`.
    /// - Returns: The schedule.
    public static func cron(_ expression: String, in zone: String = "UTC") -> RecurringSchedule {
        RecurringSchedule(expression, in: zone)
    }

    /// Every so often, first after that while; without regard to time zones.
    ///
    /// - Parameter interval: How often; a second or more, to the millisecond.
    /// - Returns: The schedule.
    public static func every(_ interval: Duration) -> RecurringSchedule {
        RecurringSchedule(everyPrefix + IntervalText.text(interval))
    }
}
