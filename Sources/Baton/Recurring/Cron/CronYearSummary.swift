/// Describes the month field in English.
struct CronYearSummary {
    private static let names = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ]

    /// What a day of the month is a day of, such as "January and July".
    let possessor: String
    /// As a time of the year, such as "in January and July"; `nil` for all of it.
    let period: String?
    /// The name of the only month, or `nil` when there are several.
    let only: String?

    /// Creates a description.
    ///
    /// - Parameter months: What to describe.
    init(_ months: CronSet) {
        let names = months.values.map { Self.names[$0 - 1] }
        only = names.count == 1 ? names[0] : nil
        switch CronPattern(months, of: CronField.month.range) {
        case .all:
            possessor = "every month"
            period = nil
        case .run(let first, let last):
            let run = "from \(Self.names[first - 1]) to \(Self.names[last - 1])"
            possessor = "every month \(run)"
            period = run
        case .one, .steps, .list:
            possessor = English.list(names)
            period = "in \(possessor)"
        }
    }
}
