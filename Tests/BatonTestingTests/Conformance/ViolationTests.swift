import BatonTesting
import Testing

struct ViolationTests {
    @Test func everyRuleHasANameOfItsOwn() {
        let rules = JobStorageConformance.rules + JobStorageConformance.takeoverRules
        #expect(Set(rules.map(\.name)).count == rules.count)
    }
}
