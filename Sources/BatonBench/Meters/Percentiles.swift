import Histogram

/// A distribution of latencies, in milliseconds.
struct Percentiles: Sendable, Hashable {
    var p50: Double
    var p90: Double
    var p99: Double
    var p999: Double
    var max: Double

    /// Sums up a histogram.
    ///
    /// - Parameter histogram: Latencies in nanoseconds; there are no percentiles of none.
    init?(nanoseconds histogram: Histogram<UInt64>) {
        guard histogram.totalCount > 0 else { return nil }
        func milliseconds(_ percentile: Double) -> Double {
            Double(histogram.valueAtPercentile(percentile)) / 1e6
        }
        p50 = milliseconds(50)
        p90 = milliseconds(90)
        p99 = milliseconds(99)
        p999 = milliseconds(99.9)
        max = milliseconds(100)
    }
}
