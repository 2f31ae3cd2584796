/// A step of a trial did not come out as it must.
struct ConformanceMismatch: Error {
    let expected: String
    let found: String
}

/// What the trials' steps are checked with.
enum Expect {
    /// Requires equality.
    static func equal<Value: Equatable>(_ found: Value, _ expected: Value, _ what: String) throws(ConformanceMismatch) {
        guard found == expected else {
            throw ConformanceMismatch(expected: "\(what): \(expected)", found: "\(found)")
        }
    }

    /// Requires something to hold.
    static func that(
        _ holds: Bool,
        _ what: String,
        found: @autoclosure () -> Any = "it is not so"
    ) throws(ConformanceMismatch) {
        guard holds else { throw ConformanceMismatch(expected: what, found: "\(found())") }
    }

    /// Requires a value.
    static func value<Value>(_ value: Value?, _ what: String) throws(ConformanceMismatch) -> Value {
        guard let value else { throw ConformanceMismatch(expected: what, found: "none") }
        return value
    }

    /// Requires the same elements, in whatever order.
    static func same<Value: Hashable>(
        _ found: some Collection<Value>,
        _ expected: some Collection<Value>,
        _ what: String
    ) throws(ConformanceMismatch) {
        var counts: [Value: Int] = [:]
        for value in expected { counts[value, default: 0] += 1 }
        for value in found { counts[value, default: 0] -= 1 }
        guard counts.values.allSatisfy({ $0 == 0 }) else {
            throw ConformanceMismatch(expected: "\(what): \(Array(expected)), in any order", found: "\(Array(found))")
        }
    }
}
