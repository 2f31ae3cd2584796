/// What producers may have put into storage by themselves.
package struct Arrivals: Sendable, Hashable {
    /// Whether jobs are there to be published.
    package var hasUnpublished: Bool
    /// Whether there may be jobs that become due soon.
    package var mayHaveScheduled: Bool

    /// Says what may be there.
    ///
    /// - Parameters:
    ///   - hasUnpublished: Whether jobs are there to be published.
    ///   - mayHaveScheduled: Whether there may be jobs that become due soon.
    package init(hasUnpublished: Bool = false, mayHaveScheduled: Bool = false) {
        self.hasUnpublished = hasUnpublished
        self.mayHaveScheduled = mayHaveScheduled
    }
}
