#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

/// The times at which a cron expression is due in an interval.
///
/// It holds none of them: each is found when it is asked for, so an interval may be as long as one likes.
public struct CronOccurrences: Sequence, Sendable {
    /// Goes through the times.
    public struct Iterator: IteratorProtocol {
        private let occurrences: CronOccurrences
        private var last: Date?
        private var isOver = false

        init(_ occurrences: CronOccurrences) {
            self.occurrences = occurrences
        }

        /// Finds the next time.
        ///
        /// - Returns: The time, or `nil` when there is none left.
        public mutating func next() -> Date? {
            guard !isOver else { return nil }
            let next = occurrences.expression.next(
                after: last ?? occurrences.start,
                in: occurrences.zone,
                inclusive: last == nil
            )
            guard let next, next < occurrences.end else {
                isOver = true
                return nil
            }
            last = next
            return next
        }
    }

    let expression: CronExpression
    let start: Date
    let end: Date
    let zone: TimeZone

    /// Begins at the first time.
    ///
    /// - Returns: An iterator.
    public func makeIterator() -> Iterator {
        Iterator(self)
    }
}
