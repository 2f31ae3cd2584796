/// An implementation does not follow a rule.
public struct ConformanceViolation: Error, Sendable, Hashable, CustomStringConvertible {
    /// The rule's name.
    public let rule: String
    /// What the rule requires.
    public let statement: String
    /// What was expected at the step that failed.
    public let expected: String
    /// What was found instead.
    public let found: String

    init(rule: String, statement: String, expected: String, found: String) {
        self.rule = rule
        self.statement = statement
        self.expected = expected
        self.found = found
    }

    /// Rule, statement, expectation and finding, a line each.
    public var description: String {
        """
        \(rule) is violated. \(statement)
        expected \(expected)
        found    \(found)
        """
    }
}
