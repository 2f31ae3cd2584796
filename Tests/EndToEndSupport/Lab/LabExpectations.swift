/// What a test does to its Baton that would be a fault in another.
package struct LabExpectations: OptionSet, Sendable {
    package let rawValue: Int

    package init(rawValue: Int) {
        self.rawValue = rawValue
    }

    /// Something dies or is tampered with, so the reconciler has work to do.
    package static let repairs = LabExpectations(rawValue: 1 << 0)
    /// A run's end is refused.
    package static let fencedCompletions = LabExpectations(rawValue: 1 << 1)
    /// Messages without a row are parked.
    package static let parkedMessages = LabExpectations(rawValue: 1 << 2)
    /// Jobs or messages are left behind on purpose.
    package static let leftovers = LabExpectations(rawValue: 1 << 3)
}
