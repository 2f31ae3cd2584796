/// What a test's surroundings have to complain about.
package struct LabError: Error, CustomStringConvertible {
    /// What is wrong, for the reader of a test report.
    package let description: String

    /// Describes a complaint.
    ///
    /// - Parameter description: What is wrong.
    package init(_ description: String) {
        self.description = description
    }
}
