import Baton
import Foundation
import Locking
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

    /// Neither a lease nor a claim may wait for an entry that somebody's open transaction holds, and whoever changes the entry
    /// is told to try again.
    @Test func claimsAndHeartbeatsGoOnWhileOthersWaitForAnEntry() async throws {
        try await withStorage { fixture in
            let storage = fixture.storage
            let far = Date(timeIntervalSinceReferenceDate: .infinity)
            let record = try await storage.setRecurring(Self.definition(), nextAt: far).record
            let owner = try await fixture.server()
            let job = NewJob.enqueued()
            _ = try await storage.insert([job], isRepeated: false)
            var changed = Self.definition()
            changed.priority = 7
            let calls: [@Sendable () async throws -> Void] = [
                { [changed] in _ = try await storage.setRecurring(changed, nextAt: far) },
                { _ = try await storage.triggerRecurring("digest", job: JobID(UUID()), marks: .init(unmarked: 1)) },
                { _ = try await storage.disableRecurring("digest", revision: record.revision, error: "no reason") },
                { _ = try await storage.pauseRecurring("digest") },
                { _ = try await storage.removeRecurring("digest") },
            ]
            let isOver = Locked(false)
            // More than there are connections for the work, so that a claim has to wait for them to give up.
            try await fixture.client.withTransaction { transaction in
                let lock = "SELECT id FROM \(try fixture.schema.recurringEntry) WHERE id = 'digest' FOR UPDATE"
                try await transaction.query(.init(lock, prepared: false))
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for call in calls {
                        group.addTask {
                            repeat {
                                let error = await #expect(throws: JobStorageError.self) { try await call() }
                                #expect(error?.code == .unavailable)
                                #expect(error?.message.contains("Another transaction") == true)
                            } while !isOver.withLock { $0 }
                        }
                    }
                    try await fixture.waitUntilBlocked()
                    let claims = try await storage.claim([job.message()], owner: owner, claim: 1)
                    #expect(claims.first?.job?.id == job.id)
                    #expect(try await storage.heartbeat(owner, lease: .seconds(60), runs: []).isAlive)
                    isOver.withLock { $0 = true }
                    try await group.waitForAll()
                }
            }
            #expect(try await storage.setRecurring(changed, nextAt: far).isChanged)
            let made = try await storage.triggerRecurring("digest", job: JobID(UUID()), marks: .init(unmarked: 1))
            #expect(made != nil)
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
