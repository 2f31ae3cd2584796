import Baton
import Foundation
import PostgresClient
import Testing

@testable import BatonPostgres

/// How servers learn of jobs that come in by SQL.
///
/// Their watches have an hour's patience: what ends them is a sign, or the look that follows an older transaction.
@Suite(.enabled(if: StorageFixture.url != nil), .timeLimit(.minutes(15)))
struct DoorWatchTests {
    /// A watch that has armed the door and waits for nothing but a sign.
    private func armed(_ fixture: StorageFixture, on storage: PostgresStorage? = nil) async throws -> any ArrivalWatch {
        let watch = (storage ?? fixture.storage).watchArrivals()
        // What the first looks find, other tests' open transactions may hold up.
        while true {
            let arrivals = try await fixture.next(of: watch, patience: .milliseconds(20))
            if arrivals.mayHaveScheduled { return watch }
        }
    }

    @Test func aCommitEndsTheWait() async throws {
        try await withStorage { fixture in
            let watch = try await armed(fixture)
            let name = try fixture.schema.name
            for isolation in ["READ COMMITTED", "REPEATABLE READ", "SERIALIZABLE"] {
                let id = JobID(UUID())
                try await fixture.client.withTransaction { transaction in
                    for sql in [
                        "SET TRANSACTION ISOLATION LEVEL \(isolation)",
                        "SELECT \(name).enqueue('a', '{}', id => '\(id)')",
                    ] {
                        _ = try await transaction.query(PostgresStatement(sql, prepared: false))
                    }
                }
                #expect(try await fixture.untilPublishable(by: watch))
                let taken = try await fixture.storage.publishArrivals(marks: .some())
                #expect(taken.map(\.message.id) == [id])
                #expect(taken.map(\.message.generation) == [1])
                // A message on its way, and no repair.
                #expect(try await fixture.storage.history(of: id).count == 1)
                #expect(try await fixture.storage.publishArrivals(marks: .some()).isEmpty)
            }
        }
    }

    /// A transaction that enqueued before anybody waited, and is committed when somebody does.
    @Test(arguments: ["READ COMMITTED", "REPEATABLE READ"])
    func whatWasUnderWayIsFound(isolation: String) async throws {
        try await withStorage { fixture in
            #expect(try await fixture.storage.job(.random()) == nil)
            let name = try fixture.schema.name
            let watch = fixture.storage.watchArrivals()
            try await withThrowingTaskGroup(of: Bool.self) { group in
                try await fixture.client.withTransaction { transaction in
                    for sql in ["SET TRANSACTION ISOLATION LEVEL \(isolation)", "SELECT \(name).enqueue('a', '{}')"] {
                        _ = try await transaction.query(PostgresStatement(sql, prepared: false))
                    }
                    group.addTask { try await fixture.untilPublishable(by: watch) }
                    while try await !fixture.isDoorArmed() { try await Task.sleep(for: .milliseconds(5)) }
                    // Past the first look at whether it is over.
                    try await Task.sleep(for: DoorWatch.settlingInterval * 3)
                }
                #expect(try await group.next() == true)
            }
        }
    }

    @Test func scheduledJobsAreToldOfIfTheyAreDueSoon() async throws {
        try await withStorage { fixture in
            let watch = try await armed(fixture)
            try await fixture.listening { told in
                try await fixture.enqueue("'a', '{}', run_at => now() + interval '1 day'")
                try await fixture.enqueue("'a', '{}', run_at => now() + interval '2 seconds'")
                #expect(try await told() == "@")
                var arrivals = Arrivals()
                while !arrivals.mayHaveScheduled {
                    arrivals = try await fixture.next(of: watch, patience: .seconds(3600))
                }
                #expect(!arrivals.hasUnpublished)
            }
        }
    }

    /// The first server that is told takes the arm off, so that not every commit must tell.
    @Test func notEveryCommitTells() async throws {
        try await withStorage { fixture in
            #expect(try await fixture.storage.job(.random()) == nil)
            try await fixture.listening { told in
                // Nobody waits.
                for _ in 0..<20 { try await fixture.enqueue("'a', '{}'") }
                try await fixture.sql("SELECT pg_notify($1, 'nobody')", try fixture.schema.workChannel)
                #expect(try await told() == "nobody")
                let watch = fixture.storage.watchArrivals()
                while try await !fixture.isDoorArmed() {
                    _ = try await fixture.next(of: watch, patience: .milliseconds(20))
                    _ = try await fixture.storage.publishArrivals(marks: .some())
                }
                try await fixture.enqueue("'a', '{}'")
                #expect(try await told() == "*")
                while try await fixture.isDoorArmed() {
                    _ = try await fixture.next(of: watch, patience: .milliseconds(20))
                }
                // It was told, and has not looked again since.
                #expect(try await told() == "-")
                for _ in 0..<20 { try await fixture.enqueue("'a', '{}'") }
                try await fixture.sql("SELECT pg_notify($1, 'end')", try fixture.schema.workChannel)
                #expect(try await told() == "end")
                #expect(try await fixture.untilPublishable(by: watch))
            }
        }
    }

    /// One of two servers takes the arm off, and may die: the other does not rely on it.
    @Test func whoeverWaitsArmsAgain() async throws {
        try await withStorage { fixture in
            let watch = try await armed(fixture)
            try await fixture.sql(try fixture.statements.door.disarm)
            _ = try await fixture.next(of: watch, patience: .milliseconds(200))
            while try await !fixture.isDoorArmed() {
                _ = try await fixture.next(of: watch, patience: .milliseconds(20))
            }
        }
    }

    @Test func aWaitGoesOnWhenTheListeningConnectionIsLost() async throws {
        try await withStorage { fixture in
            let watch = try await armed(fixture)
            let end = """
                SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                WHERE query LIKE 'LISTEN%' AND position($1 IN query) > 0 AND pid <> pg_backend_pid()
                """
            #expect(try await fixture.sql(end, try fixture.schema.workChannel).count == 1)
            try await fixture.enqueue("'a', '{}'")
            #expect(try await fixture.untilPublishable(by: watch))
        }
    }

    /// Where nobody publishes, whoever waits for jobs in queues hears of it.
    @Test func whoClaimsWithoutMessagesIsWoken() async throws {
        try await withStorage { fixture in
            let owner = try await fixture.server()
            try await withThrowingTaskGroup(of: JobID?.self) { group in
                group.addTask {
                    let watch = fixture.storage.watchArrivals()
                    while !Task.isCancelled {
                        let arrivals = try await fixture.next(of: watch, canPublish: false, patience: .seconds(3600))
                        #expect(!arrivals.hasUnpublished)
                    }
                    return nil
                }
                group.addTask {
                    for number in 1... as PartialRangeFrom<Int64> {
                        let jobs = try await fixture.claimWaiting(limit: 1, by: owner, number)
                        if let job = jobs.first { return job.id }
                        try await fixture.storage.waitForWork(queues: ["mail"], patience: .seconds(3600))
                    }
                    return nil
                }
                while try await fixture.armed() != ["mail"] { try await Task.sleep(for: .milliseconds(5)) }
                while try await !fixture.isDoorArmed() { try await Task.sleep(for: .milliseconds(5)) }
                // Past the looks for what was under way.
                try await Task.sleep(for: ArmedQueues.settling * 5)
                let id = try await fixture.enqueue("'mail.welcome', '{}', 'mail'")
                #expect(try await group.next() == id)
                group.cancelAll()
            }
        }
    }

    /// The reconciler leaves to servers what has just come in, and finds what they have left.
    @Test func whatNobodyPublishesIsRepaired() async throws {
        try await withStorage { fixture in
            #expect(try await fixture.storage.job(.random()) == nil)
            let id = try await fixture.enqueue("'a', '{}'")
            // However long this machine takes for the look.
            try await fixture.sql("UPDATE ns.active_job SET state_at = now() + interval '1 minute'")
            #expect(try await !fixture.storage.survey(unpublishedAge: .seconds(60)).hasUnpublished)
            try await fixture.letPass(.seconds(65))
            #expect(try await fixture.storage.survey(unpublishedAge: .seconds(60)).hasUnpublished)
            let adopted = try await fixture.storage.adoptUnpublished(marks: .some(), unpublishedAge: .seconds(60))
            #expect(adopted.map(\.message.id) == [id])
        }
    }

    /// The sign of what came while the broker was away is spent.
    @Test func aFirstLookThatFailsIsMadeAgain() async throws {
        try await withStorage { fixture in
            let watch = try await armed(fixture)
            try await fixture.enqueue("'a', '{}'")
            var isArmedAgain = false
            while !isArmedAgain {
                let arrivals = try await fixture.next(of: watch, canPublish: false, patience: .milliseconds(20))
                isArmedAgain = arrivals.mayHaveScheduled
            }
            try await fixture.client.withTransaction { transaction in
                let lock = "LOCK TABLE \(try fixture.schema.active) IN ACCESS EXCLUSIVE MODE"
                try await transaction.query(PostgresStatement(lock, prepared: false))
                await #expect(throws: JobStorageError.self) {
                    try await watch.next(canPublish: true, patience: .seconds(3600))
                }
            }
            #expect(try await fixture.untilPublishable(by: watch))
        }
    }
}

extension StorageFixture {
    /// What a watch tells next.
    ///
    /// Only one commit that tells goes through at a time, of all in PostgreSQL: behind another test's it may give up.
    fileprivate func next(
        of watch: any ArrivalWatch,
        canPublish: Bool = true,
        patience: Duration
    ) async throws -> Arrivals {
        try await untilAvailable { try await watch.next(canPublish: canPublish, patience: patience) }
    }

    /// Waits until there is something to be published.
    fileprivate func untilPublishable(by watch: any ArrivalWatch) async throws -> Bool {
        while !Task.isCancelled {
            if try await next(of: watch, patience: .seconds(3600)).hasUnpublished { return true }
        }
        return false
    }

    /// Whether somebody waits to be told of what comes in by SQL.
    func isDoorArmed() async throws -> Bool {
        try await value(Bool.self, "SELECT last_value = 1 FROM ns.door")
    }
}
