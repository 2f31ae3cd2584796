internal import Baton

extension PublishMarkRange {
    /// The first number, from which a statement counts on; NULL where rows get no mark.
    var firstSequence: Int64? { session.map { _ in sequences.lowerBound } }
}
