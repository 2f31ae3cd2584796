#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Dates as storage keeps them: to the microsecond, so that sums of them compare exactly.
extension Date {
    /// Rounds a date; one without an end stays as it is.
    var inMicroseconds: Date {
        timeIntervalSince1970.isFinite ? Date(microseconds: microseconds) : self
    }

    /// The date after a while.
    ///
    /// - Parameter duration: How long; negative goes back.
    /// - Returns: The date.
    func adding(_ duration: Duration) -> Date {
        let (sum, isTooMuch) = microseconds.addingReportingOverflow(duration.microseconds)
        return isTooMuch ? self : Date(microseconds: sum)
    }

    /// The time from this date to another.
    ///
    /// - Parameter other: The other date.
    /// - Returns: Positive when `other` is later.
    func duration(to other: Date) -> Duration {
        let (difference, isTooMuch) = other.microseconds.subtractingReportingOverflow(microseconds)
        return .microseconds(isTooMuch ? .max : difference)
    }

    private init(microseconds: Int64) {
        self.init(timeIntervalSince1970: Double(microseconds) / 1_000_000)
    }

    private var microseconds: Int64 {
        let value = (timeIntervalSince1970 * 1_000_000).rounded()
        return Int64(exactly: value) ?? (value > 0 ? .max : .min)
    }
}
