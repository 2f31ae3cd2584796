extension CronScanner {
    /// Reads a whole field of values, ranges and steps.
    ///
    /// - Returns: The values; Sunday is 0.
    /// - Throws: A ``CronError``.
    mutating func set() throws(CronError) -> CronSet {
        var set = CronSet()
        if accept("*") || accept("?") {
            isInterval = true
            insert(from: field.range.lowerBound, to: field.range.upperBound, by: try step(), into: &set)
        } else {
            repeat { try insertItem(into: &set) } while accept(",")
        }
        try finish()
        return set
    }

    /// Reads the day-of-month field.
    ///
    /// - Returns: The days it means.
    /// - Throws: A ``CronError``.
    mutating func daysOfMonth() throws(CronError) -> CronDaysOfMonth {
        if accept("L") {
            let before = accept("-") ? try number(in: 0...30) : 0
            let isWeekday = accept("W")
            try finish()
            return isWeekday ? .lastWeekday(before: before) : .last(before: before)
        }
        var ahead = self
        if let day = try? ahead.value(), ahead.accept("W") {
            try ahead.finish()
            return .weekday(nearest: day)
        }
        return .days(try set())
    }

    /// Reads the day-of-week field.
    ///
    /// - Returns: The days it means.
    /// - Throws: A ``CronError``.
    mutating func daysOfWeek() throws(CronError) -> CronDaysOfWeek {
        var ahead = self
        if let day = try? ahead.value() {
            if ahead.accept("L") {
                try ahead.finish()
                return .last(day: day % field.cycle)
            }
            if ahead.accept("#") {
                let ordinal = try ahead.number(in: 1...5)
                try ahead.finish()
                return .nth(ordinal, day: day % field.cycle)
            }
        }
        return .days(try set())
    }

    /// Reads one item of a list: a value or a range, and its step.
    private mutating func insertItem(into set: inout CronSet) throws(CronError) {
        let lower = try value()
        let upper: Int
        if accept("-") {
            isInterval = true
            upper = try value()
        } else if isAtStep {
            isInterval = true
            upper = field.range.upperBound
        } else {
            upper = lower
        }
        insert(from: lower, to: upper, by: try step(), into: &set)
    }

    /// Reads a step, 1 if there is none.
    private mutating func step() throws(CronError) -> Int {
        accept("/") ? try number(in: 1...field.range.upperBound) : 1
    }

    /// Inserts every nth value of a range, which begins again at the lowest value when it ends below its start.
    private func insert(from lower: Int, to upper: Int, by step: Int, into set: inout CronSet) {
        let length = lower <= upper ? upper - lower : upper - lower + field.cycle
        let base = field.range.lowerBound
        for offset in stride(from: 0, through: length, by: step) {
            set.insert(base + (lower - base + offset) % field.cycle)
        }
    }
}
