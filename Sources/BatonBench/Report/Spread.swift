/// The middle of several measurements, with the smallest and the largest.
struct Spread: Sendable, Hashable {
    var median: Double
    var minimum: Double
    var maximum: Double

    init(median: Double, minimum: Double, maximum: Double) {
        self.median = median
        self.minimum = minimum
        self.maximum = maximum
    }

    /// Sums up measurements.
    ///
    /// - Parameter values: The measurements; there is no spread of none.
    init?(_ values: [Double]) {
        let sorted = values.sorted()
        guard let first = sorted.first, let last = sorted.last else { return nil }
        minimum = first
        maximum = last
        let middle = sorted.count / 2
        median = sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }
}
