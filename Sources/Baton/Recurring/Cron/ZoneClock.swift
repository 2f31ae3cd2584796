#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// What the clocks of a time zone show, in whole seconds since 1970.
struct ZoneClock {
    /// A moment at which a clock is put forward or back.
    struct Shift {
        /// The first instant of the new time.
        let instant: Int64
        /// The offset from UTC until then.
        let before: Int64
        /// The offset from then on.
        let after: Int64
    }

    /// More than any two offsets of one zone have ever been apart (25 hours, in Manila before and after it moved the
    /// date line), and less than any two shifts (a week).
    static let reach: Int64 = 27 * 3600

    /// The zone.
    let zone: TimeZone

    /// How far the clock is ahead of UTC.
    ///
    /// - Parameter instant: Seconds since 1970.
    /// - Returns: Seconds, negative west of Greenwich.
    func offset(at instant: Int64) -> Int64 {
        Int64(zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(instant))))
    }

    /// The shift within an interval.
    ///
    /// Found by comparing offsets, so that it is any shift, whether for daylight saving or not.
    ///
    /// - Parameters:
    ///   - lower: An instant before the shift.
    ///   - upper: The last instant that the shift may have, at most ``reach`` after `lower`.
    /// - Returns: The shift, or `nil` when there is none.
    func shift(after lower: Int64, through upper: Int64) -> Shift? {
        let before = offset(at: lower)
        var after = offset(at: upper)
        guard before != after else { return nil }
        var (lower, upper) = (lower, upper)
        while upper - lower > 1 {
            let middle = lower + (upper - lower) / 2
            let offset = offset(at: middle)
            if offset == before {
                lower = middle
            } else {
                (upper, after) = (middle, offset)
            }
        }
        return Shift(instant: upper, before: before, after: after)
    }
}
