/// How the values of a field lie, for a description.
enum CronPattern: Equatable {
    /// Every value.
    case all
    /// One value.
    case one(Int)
    /// Every nth value from the first to the end of the field, in even steps even where the field begins again.
    case steps(Int, from: Int)
    /// At least three neighbours; the second is smaller than the first where the field begins again between them.
    case run(Int, Int)
    /// Anything else, smallest first.
    case list([Int])

    /// Looks at a set.
    ///
    /// - Parameters:
    ///   - set: The values, at least one of them.
    ///   - range: The values that the field may have.
    init(_ set: CronSet, of range: ClosedRange<Int>) {
        let values = set.values
        let (first, last) = (values[0], values[values.count - 1])
        if values.count == range.count {
            self = .all
        } else if values.count == 1 {
            self = .one(first)
        } else if let step = Self.evenStep(values, of: range) {
            self = .steps(step, from: first)
        } else if values.count >= 3, last - first == values.count - 1 {
            self = .run(first, last)
        } else if values.count >= 3, let gap = Self.onlyGap(values, of: range) {
            self = .run(gap.upperBound, gap.lowerBound)
        } else {
            self = .list(values)
        }
    }

    /// The one step between all values, if it also leads from the last to the first.
    private static func evenStep(_ values: [Int], of range: ClosedRange<Int>) -> Int? {
        let step = values[1] - values[0]
        let isEven = zip(values, values.dropFirst()).allSatisfy { $1 - $0 == step }
        return isEven && step > 1 && step * values.count == range.count ? step : nil
    }

    /// The two values around the one gap, if the values reach from end to end but for it.
    private static func onlyGap(_ values: [Int], of range: ClosedRange<Int>) -> ClosedRange<Int>? {
        guard values[0] == range.lowerBound, values[values.count - 1] == range.upperBound else { return nil }
        let gaps = zip(values, values.dropFirst()).filter { $1 - $0 > 1 }
        return gaps.count == 1 ? gaps[0].0...gaps[0].1 : nil
    }
}
