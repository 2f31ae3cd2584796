extension Duration {
    /// A thousand years: what PostgreSQL can add to any date of today.
    private static let longestInterval: Int64 = 31_557_600_000_000_000

    /// The length as storage counts it; what is beyond a thousand years is cut.
    package var microseconds: Int64 {
        let (seconds, attoseconds) = components
        let whole = seconds.multipliedReportingOverflow(by: 1_000_000)
        guard !whole.overflow else { return seconds > 0 ? Self.longestInterval : -Self.longestInterval }
        let sum = whole.partialValue.addingReportingOverflow(attoseconds / 1_000_000_000_000)
        guard !sum.overflow else { return seconds > 0 ? Self.longestInterval : -Self.longestInterval }
        return Swift.min(Swift.max(sum.partialValue, -Self.longestInterval), Self.longestInterval)
    }

    /// The length in milliseconds, to the microsecond.
    package var milliseconds: Double { Double(microseconds) / 1000 }
}
