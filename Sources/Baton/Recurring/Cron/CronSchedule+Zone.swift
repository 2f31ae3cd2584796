extension CronSchedule {
    /// The first instant after another at which the schedule occurs in a time zone.
    ///
    /// - Parameters:
    ///   - instant: Seconds since 1970.
    ///   - clock: The zone's clock.
    /// - Returns: Seconds since 1970, or `nil` when there is none through ``lastYear``.
    func next(after instant: Int64, by clock: ZoneClock) -> Int64? {
        var instant = instant
        var offset = clock.offset(at: instant)
        var bound = instant + offset + 1
        if !isInterval, let shift = clock.shift(after: instant - ZoneClock.reach, through: instant) {
            // What the clock showed before it was put back has had its turn.
            bound = max(bound, shift.instant + shift.before)
        }
        while let match = first(from: bound) {
            let candidate = match - offset
            let horizon = min(candidate, instant + ZoneClock.reach)
            if let shift = clock.shift(after: instant, through: horizon) {
                // The clock is put forward over the match: all that it leaves out has its turn now.
                if match < shift.instant + shift.after { return shift.instant }
                instant = shift.instant
                offset = shift.after
                bound = shift.instant + (isInterval ? shift.after : max(shift.before, shift.after))
            } else if candidate == horizon {
                return candidate
            } else {
                // Nothing matches on the way, however the clocks are shifted: go on just before.
                instant = max(horizon, candidate - ZoneClock.reach)
                offset = clock.offset(at: instant)
                bound = instant + offset
            }
        }
        return nil
    }
}
