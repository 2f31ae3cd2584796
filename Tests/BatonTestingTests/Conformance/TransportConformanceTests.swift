import Baton
import BatonTesting
import Testing

/// What every transport must do, tried in memory, and whether a planted violation of each rule is found.
@Suite(.timeLimit(.minutes(15)))
struct TransportConformanceTests {
    static let rules =
        JobTransportConformance.rules + JobTransportConformance.presenceRules + JobTransportConformance.reconnectRules
        + JobTransportConformance.watchRules

    @Test(arguments: rules)
    func theTransportInMemoryConforms(to rule: JobTransportConformance.Rule) async throws {
        try await withTransport(patience: .seconds(300)) { try await rule.check($0) }
    }

    @Test(arguments: rules)
    func aPlantedViolationIsFound(of rule: JobTransportConformance.Rule) async throws {
        let planted = try #require(PlantedTransportDefects.byRule[rule.name])
        // Short, for what a defect keeps from coming; long enough for all else on a slow machine.
        try await withTransport(patience: .seconds(20), planted.defect) { subject in
            let violation = await #expect(throws: ConformanceViolation.self, "\(planted.defect)") {
                try await rule.check(subject)
            }
            #expect(violation?.rule == rule.name && violation?.statement == rule.statement)
            #expect(planted.isFound(by: violation), "\(String(describing: violation))")
        }
    }

    @Test func everyRuleAndEveryDefectIsTried() {
        #expect(Set(Self.rules.map(\.name)).count == Self.rules.count)
        #expect(Set(Self.rules.map(\.name)) == Set(PlantedTransportDefects.byRule.keys))
        #expect(Set(PlantedTransportDefects.byRule.values.map(\.defect)) == Set(TransportDefect.allCases))
    }
}
