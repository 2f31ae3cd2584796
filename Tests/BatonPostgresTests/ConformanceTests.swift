import Baton
import BatonTesting
import Testing

@testable import BatonPostgres

/// What every storage must do, tried on PostgreSQL.
@Suite(.enabled(if: StorageFixture.url != nil), .timeLimit(.minutes(15)))
struct ConformanceTests {
    @Test(.serialized, arguments: JobStorageConformance.rules)
    func conforms(_ rule: JobStorageConformance.Rule) async throws {
        try await withStorage { fixture in
            try await rule.check(fixture.subject())
        }
    }

    @Test(.serialized, arguments: JobStorageConformance.monitorRules)
    func conformsInShowing(_ rule: JobStorageConformance.Rule) async throws {
        try await withStorage { fixture in
            try await rule.check(fixture.subject())
        }
    }

    @Test(.serialized, arguments: JobStorageConformance.takeoverRules)
    func conformsInTakingOver(_ rule: JobStorageConformance.Rule) async throws {
        try await withStorage { fixture in
            try await fixture.withPeer { peer in try await rule.check(fixture.subject(presence: peer)) }
        }
    }
}
