/// One of the fields of a cron expression, in the order in which they are written.
enum CronField {
    case second, minute, hour, dayOfMonth, month, dayOfWeek

    private static let months = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
    private static let days = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]

    /// The field's name in messages.
    var title: String {
        switch self {
        case .second: "second"
        case .minute: "minute"
        case .hour: "hour"
        case .dayOfMonth: "day of month"
        case .month: "month"
        case .dayOfWeek: "day of week"
        }
    }

    /// The numbers that may be written; 0 and 7 are both Sunday.
    var range: ClosedRange<Int> {
        switch self {
        case .second, .minute: 0...59
        case .hour: 0...23
        case .dayOfMonth: 1...31
        case .month: 1...12
        case .dayOfWeek: 0...7
        }
    }

    /// How many different values there are before a wrapping range comes back to its start.
    var cycle: Int {
        self == .dayOfWeek ? 7 : range.count
    }

    /// Names that stand for the numbers from ``range``'s lower bound.
    var names: [String] {
        switch self {
        case .month: Self.months
        case .dayOfWeek: Self.days
        case .second, .minute, .hour, .dayOfMonth: []
        }
    }

    /// What may stand in the field, for messages.
    var allowed: String {
        let numbers = "a number from \(range.lowerBound) to \(range.upperBound)"
        guard let first = names.first, let last = names.last else { return numbers }
        return "\(numbers) or a name from \(first) to \(last)"
    }
}
