import BatonTesting

/// A defect that violates a rule, and the demand of the rule by which it must be found.
///
/// A rule makes several demands, and one that a defect has nothing to do with would find anything.
struct PlantedViolation<Defect: Sendable>: Sendable {
    let defect: Defect
    /// What is in the violation's words for what was expected, or found; only what is the same in every trial.
    let demand: String

    init(_ defect: Defect, _ demand: String) {
        self.defect = defect
        self.demand = demand
    }

    /// Whether a violation is this one.
    func isFound(by violation: ConformanceViolation?) -> Bool {
        violation.map { "\($0.expected)\n\($0.found)".contains(demand) } ?? false
    }
}
