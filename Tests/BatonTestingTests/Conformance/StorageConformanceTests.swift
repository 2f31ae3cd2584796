import Baton
import BatonTesting
import Testing

/// What every storage must do, tried in memory, and whether a planted violation of each rule is found.
@Suite(.timeLimit(.minutes(15)))
struct StorageConformanceTests {
    static let rules =
        JobStorageConformance.rules + JobStorageConformance.takeoverRules + JobStorageConformance.monitorRules
    static let defects = PlantedStorageDefects.byRule.merging(PlantedStorageDefects.byTakeoverRule) { $1 }
        .merging(PlantedStorageDefects.byMonitorRule) { $1 }

    @Test(arguments: rules)
    func theStorageInMemoryConforms(to rule: JobStorageConformance.Rule) async throws {
        try await rule.check(.inMemory())
    }

    @Test(arguments: rules)
    func aPlantedViolationIsFound(of rule: JobStorageConformance.Rule) async throws {
        let planted = try #require(Self.defects[rule.name])
        let violation = await #expect(throws: ConformanceViolation.self, "\(planted.defect)") {
            try await rule.check(.inMemory(planted.defect))
        }
        #expect(violation?.rule == rule.name && violation?.statement == rule.statement)
        #expect(planted.isFound(by: violation), "\(String(describing: violation))")
    }

    @Test func everyRuleAndEveryDefectIsTried() {
        #expect(Set(Self.rules.map(\.name)).count == Self.rules.count)
        #expect(Set(Self.rules.map(\.name)) == Set(Self.defects.keys))
        #expect(Set(Self.defects.values.map(\.defect)) == Set(StorageDefect.allCases))
    }

    @Test func aListOfRulesIsCheckedWithAFreshSubjectEach() async throws {
        #expect(try await JobStorageConformance.rules.violations { .inMemory() } == [])
        let violations = try await JobStorageConformance.rules.violations { .inMemory(.countsNothing) }
        #expect(violations.map(\.rule) == ["counters add up"])
        #expect(violations.first?.description.contains("expected the counters: [10, 5, 0]\nfound    [0, 0, 0]") == true)
    }
}
