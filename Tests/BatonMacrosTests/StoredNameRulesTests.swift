import Baton
import Testing

@testable import BatonMacrosPlugin

@Suite("The compiler's rules for names are the library's")
struct StoredNameRulesTests {
    private static let names = [
        "", "a", "Mail", "mail.welcome", "a b", "ü", "a\n", "a\u{0}", "\u{7F}", "\u{2028}", "_-.", "a#", "a/b",
        String(repeating: "q", count: 50), String(repeating: "q", count: 51),
        String(repeating: "é", count: 100), String(repeating: "é", count: 101),
    ]

    @Test("Names of jobs", arguments: names)
    func jobs(name: String) {
        #expect((StoredNameRules.problem(withName: name) == nil) == isAllowed { try JobName.validate(name) })
    }

    @Test("Names of queues", arguments: names)
    func queues(name: String) {
        #expect((StoredNameRules.problem(withQueue: name) == nil) == isAllowed { try QueueName.validate(name) })
    }

    private func isAllowed(_ validate: () throws -> Void) -> Bool {
        do {
            try validate()
            return true
        } catch {
            return false
        }
    }
}
