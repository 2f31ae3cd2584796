/// Which days of a month the day-of-week field means; Sunday is 0.
enum CronDaysOfWeek: Sendable, Hashable {
    /// These days of every week, 0 to 6.
    case days(CronSet)
    /// The nth such day of the month, n from 1 to 5.
    case nth(Int, day: Int)
    /// The last such day of the month.
    case last(day: Int)

    /// The days of one month.
    ///
    /// - Parameter month: The month.
    /// - Returns: Days from 1.
    func days(in month: CronMonth) -> CronSet {
        switch self {
        case .days(let days): month.days(ofWeek: days)
        case .nth(let ordinal, let day):
            month.days(ofWeek: CronSet(day)).intersection(CronSet(7 * ordinal - 6...7 * ordinal))
        case .last(let day):
            month.days(ofWeek: CronSet(day)).intersection(CronSet(month.length - 6...month.length))
        }
    }
}
