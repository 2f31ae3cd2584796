/// Describes a schedule in English.
///
/// It is made from what the expression means, not from how it is written: `0,15,30,45 * * * *` and `*/15 * * * *` are
/// both "Every 15 minutes".
struct CronSummary {
    /// When within a day.
    enum Times: Equatable {
        /// At some times, such as "09:00 and 17:30".
        case fixed(String)
        /// At a pace, such as "every 5 minutes".
        case pace(String)
    }

    private let schedule: CronSchedule

    /// Creates a description.
    ///
    /// - Parameter schedule: What to describe.
    init(_ schedule: CronSchedule) {
        self.schedule = schedule
    }

    /// The description, such as "Every weekday at 09:00".
    var text: String {
        let days = CronDaysSummary(schedule)
        let text: String =
            switch CronTimesSummary(schedule).times {
            case .fixed(let times): "\(days.leading ?? "every day") at \(times)"
            case .pace(let pace): days.trailing.map { "\(pace), \($0)" } ?? pace
            }
        return text.prefix(1).uppercased() + text.dropFirst()
    }
}
