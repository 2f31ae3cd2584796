/// Describes the day-of-month, month and day-of-week fields in English.
struct CronDaysSummary {
    /// Before the times of day, such as "every weekday"; `nil` for every day.
    let leading: String?
    /// After a pace, such as "on weekdays"; `nil` for every day.
    let trailing: String?

    /// Creates a description.
    ///
    /// - Parameter schedule: What to describe.
    init(_ schedule: CronSchedule) {
        let week = CronWeekSummary(schedule.daysOfWeek)
        let year = CronYearSummary(schedule.months)
        if let days = Self.phrase(schedule.daysOfMonth) {
            let condition = week.condition.map { " if it is \($0)" } ?? ""
            if let day = schedule.daysOfMonth.only, let month = year.only {
                let date = "on \(day) \(month)\(condition)"
                (leading, trailing) = ("every year \(date)", date)
            } else {
                let text = "\(days) of \(year.possessor)\(condition)"
                (leading, trailing) = (text, text)
            }
        } else if let days = week.dayOfMonth {
            let text = "on \(days) of \(year.possessor)"
            (leading, trailing) = (text, text)
        } else if let period = year.period {
            leading = "\(week.leading ?? "every day") \(period)"
            trailing = "\(week.trailing.map { "\($0) " } ?? "")\(period)"
        } else {
            (leading, trailing) = (week.leading, week.trailing)
        }
    }

    private static func phrase(_ days: CronDaysOfMonth) -> String? {
        switch days {
        case .days(let set): phrase(set)
        case .last(before: 0): "on the last day"
        case .last(before: 1): "on the day before the last"
        case .last(let before): "\(before) days before the last"
        case .weekday(let day): "on the weekday nearest to the \(English.ordinal(day))"
        case .lastWeekday(before: 0): "on the last weekday"
        case .lastWeekday(before: 1): "on the weekday nearest to the day before the last"
        case .lastWeekday(let before): "on the weekday nearest to \(before) days before the last"
        }
    }

    private static func phrase(_ days: CronSet) -> String? {
        switch CronPattern(days, of: CronField.dayOfMonth.range) {
        case .all: return nil
        case .one(let day): return "on the \(English.ordinal(day))"
        case .run(let first, let last): return "from the \(English.ordinal(first)) to the \(English.ordinal(last))"
        case .steps, .list:
            let values = days.values
            let step = values[1] - values[0]
            if values.count > 3, values == Array(stride(from: values[0], through: 31, by: step)) {
                return "on every \(English.ordinal(step)) day from the \(English.ordinal(values[0]))"
            }
            return "on the \(English.list(values.map(English.ordinal)))"
        }
    }
}

extension CronDaysOfMonth {
    /// The only day that it may be, or `nil`.
    fileprivate var only: Int? {
        guard case .days(let days) = self, days.count == 1 else { return nil }
        return days.first
    }
}
