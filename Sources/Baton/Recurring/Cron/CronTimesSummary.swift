/// Describes the second, minute and hour fields in English.
struct CronTimesSummary {
    /// More times of day than these are not listed one by one, if there is another way.
    private static let mostTimes = 6

    private let seconds: CronPattern
    private let minutes: CronPattern
    private let hours: CronPattern
    private let schedule: CronSchedule

    /// Creates a description.
    ///
    /// - Parameter schedule: What to describe.
    init(_ schedule: CronSchedule) {
        seconds = CronPattern(schedule.seconds, of: CronField.second.range)
        minutes = CronPattern(schedule.minutes, of: CronField.minute.range)
        hours = CronPattern(schedule.hours, of: CronField.hour.range)
        self.schedule = schedule
    }

    /// The description.
    var times: CronSummary.Times {
        guard case .one(let second) = seconds else { return .pace(secondly) }
        if case .one(let minute) = minutes { return hourly(minute, second) }
        return switch hours {
        case .one where isShort, .steps where isShort, .list where isShort: fixed(second)
        case .all, .one, .steps, .run, .list: .pace(minutely(second))
        }
    }

    private var isShort: Bool {
        schedule.minutes.count * schedule.hours.count <= Self.mostTimes
    }

    /// Every time of day, one by one.
    private func fixed(_ second: Int) -> CronSummary.Times {
        let times = schedule.hours.values.flatMap { hour in
            schedule.minutes.values.map { clock(hour, $0, second) }
        }
        return .fixed(English.list(times))
    }

    /// One minute of an hour.
    private func hourly(_ minute: Int, _ second: Int) -> CronSummary.Times {
        switch hours {
        case .all where minute == 0 && second == 0: .pace("every hour")
        case .all: .pace("every hour at minute \(minute)\(second == 0 ? "" : " and second \(second)")")
        case .steps(let step, from: 0) where minute == 0 && second == 0: .pace("every \(step) hours")
        case .steps(let step, let first) where first == 0 || step < 12:
            .pace("every \(step) hours from \(clock(first, minute, second))")
        case .run(let first, let last):
            .pace("every hour from \(clock(first, minute, second)) to \(clock(last, minute, second))")
        case .one, .steps, .list: fixed(second)
        }
    }

    /// Several minutes of an hour.
    private func minutely(_ second: Int) -> String {
        let atSecond = second == 0 ? "" : " at second \(second)"
        guard let pace = pace(of: minutes, "minute") else {
            return "at \(phrase(minutes, "minute")) of \(phrase(hours, "hour"))\(atSecond)"
        }
        if case .all = hours { return pace.from + atSecond }
        if let (first, last) = hourSpan, let start = schedule.minutes.first, let end = schedule.minutes.values.last {
            return "\(pace.plain) from \(clock(first, start, second)) to \(clock(last, end, second))"
        }
        return "\(pace.from) of \(phrase(hours, "hour"))\(atSecond)"
    }

    /// Several seconds of a minute.
    private var secondly: String {
        let pace = pace(of: seconds, "second")
        if minutes == .all, let pace {
            if hours == .all { return pace.from }
            if let (first, last) = hourSpan, let start = schedule.seconds.first, let end = schedule.seconds.values.last
            {
                return "\(pace.plain) from \(clock(first, 0, start, withSecond: true)) to \(clock(last, 59, end))"
            }
        }
        let text = "\(pace?.from ?? "at \(phrase(seconds, "second"))") of \(phrase(minutes, "minute"))"
        return hours == .all && minutes == .all ? text : "\(text) of \(phrase(hours, "hour"))"
    }

    /// The first and the last hour, if all between them belong to the schedule.
    private var hourSpan: (Int, Int)? {
        switch hours {
        case .one(let hour): (hour, hour)
        case .run(let first, let last): (first, last)
        case .all, .steps, .list: nil
        }
    }

    /// A pace as far as a field has one: without and with the value where it begins.
    private func pace(of pattern: CronPattern, _ unit: String) -> (plain: String, from: String)? {
        switch pattern {
        case .all: ("every \(unit)", "every \(unit)")
        case .steps(let step, from: 0): ("every \(step) \(unit)s", "every \(step) \(unit)s")
        case .steps(let step, let first): ("every \(step) \(unit)s", "every \(step) \(unit)s from \(unit) \(first)")
        case .one, .run, .list: nil
        }
    }

    /// A field's values with their unit.
    private func phrase(_ pattern: CronPattern, _ unit: String) -> String {
        switch pattern {
        case .all: "every \(unit)"
        case .one(let value): "\(unit) \(value)"
        case .steps(let step, from: 0): "every \(English.ordinal(step)) \(unit)"
        case .steps(let step, let first): "every \(English.ordinal(step)) \(unit) from \(unit) \(first)"
        case .run(let first, let last): "\(unit)s \(first) to \(last)"
        case .list(let values): "\(unit)s \(English.list(values.map(String.init)))"
        }
    }

    private func clock(_ hour: Int, _ minute: Int, _ second: Int, withSecond: Bool = false) -> String {
        let digits = (second == 0 && !withSecond ? [hour, minute] : [hour, minute, second]).map { value in
            value < 10 ? "0\(value)" : "\(value)"
        }
        return digits.joined(separator: ":")
    }
}
