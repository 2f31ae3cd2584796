/// Describes the day-of-week field in English.
struct CronWeekSummary {
    private static let names = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]
    private static let ordinals = ["first", "second", "third", "fourth", "fifth"]

    /// Before the times of day, such as "every weekday"; `nil` for every day and for what is a day of the month.
    var leading: String?
    /// After a pace, such as "on weekdays"; `nil` for every day and for what is a day of the month.
    var trailing: String?
    /// As a day of the month, such as "the second Monday"; `nil` for days of every week.
    var dayOfMonth: String?
    /// As a condition on a day, such as "a Friday"; `nil` for every day.
    var condition: String?

    /// Creates a description.
    ///
    /// - Parameter days: What to describe.
    init(_ days: CronDaysOfWeek) {
        switch days {
        case .days(let set): describe(set)
        case .nth(let ordinal, let day): dayOfMonth = "the \(Self.ordinals[ordinal - 1]) \(Self.names[day])"
        case .last(let day): dayOfMonth = "the last \(Self.names[day])"
        }
        if let dayOfMonth { condition = dayOfMonth }
    }

    private mutating func describe(_ days: CronSet) {
        guard days != CronSet(0...6) else { return }
        // A list begins on Monday.
        let names = (1...7).filter { days.contains($0 % 7) }.map { Self.names[$0 % 7] }
        leading = "every \(English.list(names))"
        trailing = "on \(English.list(names.map { "\($0)s" }))"
        condition = "a \(English.list(names, "or"))"
        if days == CronSet(1...5) {
            (leading, trailing, condition) = ("every weekday", "on weekdays", "a weekday")
        } else if case .run(let first, let last) = CronPattern(days, of: 0...6) {
            trailing = "from \(Self.names[first]) to \(Self.names[last])"
            leading = trailing.map { "every day \($0)" }
        }
    }
}
