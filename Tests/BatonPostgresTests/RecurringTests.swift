import Baton
import Foundation
import PostgresClient
import Testing

@testable import BatonPostgres

@Suite(.enabled(if: StorageFixture.url != nil), .timeLimit(.minutes(15)))
struct RecurringTests {
    private static func definition(_ id: String = "digest") -> RecurringDefinition {
        RecurringDefinition(
            id: id,
            name: "mail.digest",
            queue: "mail",
            arguments: JSONText(#"{"day": 1}"#),
            maximumAttempts: 10,
            schedule: .cron("@hourly"),
            policy: RecurringPolicy()
        )
    }

    /// A server that died while it let an entry go on must not stop the others.
    @Test func anEntryThatAnotherIsMovingIsPassedBy() async throws {
        try await withStorage { fixture in
            let past = try await fixture.storage.recurringDate().addingTimeInterval(-1)
            let record = try await fixture.storage.setRecurring(Self.definition(), nextAt: past).record
            let other = try await fixture.storage.setRecurring(Self.definition("other"), nextAt: past).record
            let advances = [record, other].map { record in
                RecurringAdvance(
                    id: record.definition.id,
                    revision: record.revision,
                    occurrences: [.init(at: past, jobID: JobID(UUID()), startAt: past)],
                    nextAt: past.addingTimeInterval(3_600)
                )
            }
            try await fixture.client.withTransaction { transaction in
                let lock = "SELECT id FROM \(try fixture.schema.recurringEntry) WHERE id = 'digest' FOR UPDATE"
                try await transaction.query(.init(lock, prepared: false))
                let firing = try await fixture.storage.advanceRecurring(advances, marks: .init(unmarked: 2))
                #expect(firing.advanced == 1 && firing.dispatches.count == 1)
            }
            let firing = try await fixture.storage.advanceRecurring(advances, marks: .init(unmarked: 2))
            #expect(firing.advanced == 1 && firing.dispatches.count == 1)
            #expect(try await fixture.value(Int.self, "SELECT count(*) FROM ns.jobs") == 2)
        }
    }

    /// A lease must not end over an entry that somebody's open transaction holds.
    @Test func heartbeatsGoOnWhileOthersWaitForAnEntry() async throws {
        try await withStorage { fixture in
            let storage = fixture.storage
            let far = Date(timeIntervalSinceReferenceDate: .infinity)
            _ = try await storage.setRecurring(Self.definition(), nextAt: far)
            let owner = try await fixture.server()
            try await withThrowingTaskGroup(of: Void.self) { group in
                try await fixture.client.withTransaction { transaction in
                    let lock = "SELECT id FROM \(try fixture.schema.recurringEntry) WHERE id = 'digest' FOR UPDATE"
                    try await transaction.query(.init(lock, prepared: false))
                    for _ in 1...2 {
                        group.addTask {
                            let made = try await storage.triggerRecurring(
                                "digest",
                                job: JobID(UUID()),
                                marks: .init(unmarked: 1)
                            )
                            #expect(made != nil)
                        }
                    }
                    group.addTask {
                        var definition = Self.definition()
                        definition.priority = 7
                        let setting = try await storage.setRecurring(definition, nextAt: far)
                        #expect(setting.isChanged)
                    }
                    while try await fixture.blockedProcesses().count < 3 { try await Task.sleep(for: .milliseconds(5)) }
                    for _ in 1...3 {
                        #expect(try await storage.heartbeat(owner, lease: .seconds(60), runs: []).isAlive)
                    }
                    #expect(try await fixture.blockedProcesses().count == 3)
                }
                try await group.waitForAll()
            }
            #expect(try await fixture.value(Int.self, "SELECT count(*) FROM ns.jobs") == 2)
        }
    }

    /// Whatever the upkeep waits for, it gives up in time and says that it may be tried again.
    @Test func aHeartbeatDoesNotWaitForAnotherTransactionsEnd() async throws {
        try await withStorage { fixture in
            let owner = try await fixture.server()
            try await fixture.client.withTransaction { transaction in
                let lock = "SELECT FROM \(try fixture.schema.server) FOR UPDATE"
                try await transaction.query(.init(lock, prepared: false))
                let error = await #expect(throws: JobStorageError.self) {
                    try await fixture.storage.heartbeat(owner, lease: .seconds(600), runs: [])
                }
                #expect(error?.code == .unavailable)
            }
            #expect(try await fixture.storage.heartbeat(owner, lease: .seconds(60), runs: []).isAlive)
        }
    }

    @Test func theViewsShowEntriesAndTheirHistory() async throws {
        try await withStorage { fixture in
            let never = Date(timeIntervalSinceReferenceDate: .infinity)
            _ = try await fixture.storage.setRecurring(Self.definition(), nextAt: never)
            _ = try await fixture.storage.triggerRecurring("digest", job: JobID(UUID()), marks: .init(unmarked: 1))
            let shown = """
                SELECT count(*) FROM ns.recurring WHERE id = 'digest' AND schedule = '@hourly' AND zone = 'UTC'
                    AND next_at IS NULL AND NOT paused AND error IS NULL AND last_job_id IS NOT NULL
                """
            #expect(try await fixture.value(Int.self, shown) == 1)
            let history = "SELECT outcome FROM ns.recurring_history WHERE entry_id = 'digest' AND job_id IS NOT NULL"
            #expect(try await fixture.value(String.self, history) == "triggered")
            let reason = "SELECT reason FROM ns.job_history"
            #expect(try await fixture.value(String.self, reason) == "Recurring entry “digest”, triggered.")
        }
    }
}
