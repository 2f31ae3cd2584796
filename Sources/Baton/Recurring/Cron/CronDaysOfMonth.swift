/// Which days of a month the day-of-month field means.
enum CronDaysOfMonth: Sendable, Hashable {
    /// These days, 1 to 31.
    case days(CronSet)
    /// So many days before the last.
    case last(before: Int)
    /// The weekday nearest to this day, within its month.
    case weekday(nearest: Int)
    /// The weekday nearest to the day so many before the last, within its month.
    case lastWeekday(before: Int)

    /// The days of one month.
    ///
    /// - Parameter month: The month.
    /// - Returns: Days from 1.
    func days(in month: CronMonth) -> CronSet {
        switch self {
        case .days(let days): days.intersection(month.days)
        case .last(let before): before < month.length ? CronSet(month.length - before) : CronSet()
        case .weekday(let day): day <= month.length ? CronSet(month.weekday(nearest: day)) : CronSet()
        case .lastWeekday(let before):
            before < month.length ? CronSet(month.weekday(nearest: month.length - before)) : CronSet()
        }
    }
}
