import Baton
import BatonPostgres
import EndToEndSupport
import Foundation
import Locking
import PostgresClient
import ServiceLifecycle
import Testing

@Suite("Transactional enqueue", .timeLimit(.minutes(15)))
struct TransactionTests {
    private struct Regret: Error, Equatable {}

    private func insert(_ text: String, into lab: Lab) -> PostgresStatement {
        PostgresStatement("INSERT INTO \(lab.schema).account VALUES ($1)", text, prepared: false)
    }

    private func withAccounts(
        expecting expectations: LabExpectations = [],
        by transport: LabTransport = .broker,
        _ body: (Lab) async throws -> Void
    ) async throws {
        try await withBaton(expecting: expectations, by: transport) { lab in
            try await lab.query("CREATE TABLE @.account (name text)")
            try await body(lab)
        }
    }

    @Test("With the commit the jobs are there, and run once; nobody knows of them before", arguments: [true, false])
    func commit(hasBroker: Bool) async throws {
        // Where the machine is so slow that the broker seems silent, jobs are claimed without it, and messages stay.
        try await withAccounts(expecting: .leftovers, by: hasBroker ? .broker : .none) { lab in
            try await lab.withServer {
                TwiceOver.self
            } while: { _ in
                let ids = try await lab.database.withTransaction { transaction in
                    try await transaction.query(insert("ada", into: lab))
                    let one = try await lab.jobs.enqueue(TwiceOver(number: 21), within: transaction)
                    let urgent = try await lab.jobs.enqueue(
                        TwiceOver(number: 4),
                        within: transaction,
                        options: JobOptions(priority: 4)
                    )
                    let many = try await lab.jobs.enqueue(
                        contentsOf: (0..<300).map { TwiceOver(number: $0) },
                        within: transaction
                    )
                    // What others enqueue meanwhile runs, and these do not.
                    let other = try await lab.jobs.enqueue(TwiceOver(number: 1))
                    try await lab.wait(for: other.id, .succeeded)
                    #expect(try await one.status() == nil)
                    #expect(try await lab.value(Int.self, "SELECT count(*) FROM @.jobs") == 1)
                    return [one.id, urgent.id, other.id] + many.map(\.id)
                }
                try await lab.wait(until: 303, are: .succeeded)
                try await lab.checkEachRanOnce(ids)
                #expect(try await lab.jobs.job(ids[0], returning: Int.self).result() == 42)
                let history = try await lab.jobs.job(ids[0]).history()
                #expect(history.map(\.state) == [.enqueued, .processing, .succeeded])
                let job = try #require(try await lab.jobs.job(ids[0]).status())
                #expect(job.createdAt == history[0].at)
                #expect(try await lab.value(String.self, "SELECT name FROM @.account") == "ada")
            }
        }
    }

    @Test("Of a transaction that is rolled back there is no job and no message", arguments: [true, false])
    func rollback(hasBroker: Bool) async throws {
        try await withAccounts(by: hasBroker ? .broker : .none) { lab in
            await #expect(throws: Regret()) {
                try await lab.database.withTransaction { transaction in
                    try await transaction.query(insert("ada", into: lab))
                    try await lab.jobs.enqueue(TwiceOver(number: 1), within: transaction)
                    try await lab.jobs.schedule(TwiceOver(number: 1), in: .seconds(60), within: transaction)
                    throw Regret()
                }
            }
            // Its commit fails.
            let error = await #expect(throws: PostgresError.self) {
                try await lab.database.withTransaction { transaction in
                    try await lab.jobs.enqueue(TwiceOver(number: 2), within: transaction)
                    _ = try? await transaction.query(PostgresStatement("SELECT 1 / 0"))
                }
            }
            #expect(error?.code == .commitFailed)
            #expect(try await lab.value(Int.self, "SELECT count(*) FROM @.jobs") == 0)
            #expect(try await lab.value(Int.self, "SELECT count(*) FROM @.account") == 0)
            let other = try await lab.jobs.enqueue(TwiceOver(number: 3))
            try await lab.withServer {
                TwiceOver.self
            } while: { _ in
                try await lab.wait(for: other.id, .succeeded)
            }
            // A message without a row would have been parked: the end of the test looks.
            #expect(try await lab.messages(in: lab.parkedQueue) == 0)
        }
    }

    @Test("What a savepoint takes back has no message; the rest of the transaction runs")
    func savepoint() async throws {
        try await withAccounts { lab in
            try await lab.withServer {
                TwiceOver.self
            } while: { _ in
                let (kept, lost) = try await lab.database.withTransaction { transaction in
                    let one = try await lab.jobs.enqueue(TwiceOver(number: 1), within: transaction)
                    try await transaction.query(PostgresStatement("SAVEPOINT s"))
                    let lost = try await lab.jobs.enqueue(TwiceOver(number: 2), within: transaction)
                    try await transaction.query(PostgresStatement("ROLLBACK TO SAVEPOINT s"))
                    let two = try await lab.jobs.enqueue(TwiceOver(number: 3), within: transaction)
                    return ([one.id, two.id], lost.id)
                }
                try await lab.wait(until: 2, are: .succeeded)
                try await lab.checkEachRanOnce(kept)
                #expect(try await lab.jobs.job(lost).status() == nil)
            }
            #expect(try await lab.value(of: .parkedMessages) == 0)
        }
    }

    /// Notes what it is told was created.
    private final class Creations: JobCreationFilter {
        private let noted = Locked<[JobID]>([])
        var ids: [JobID] { noted.withLock { $0 } }

        func didCreate(_ job: JobCreation) async {
            noted.withLock { $0.append(job.id) }
        }
    }

    @Test("Filters hear of what is committed, and of nothing that a savepoint or the end took back")
    func filters() async throws {
        try await withAccounts(expecting: .leftovers) { lab in
            let creations = Creations()
            var configuration = JobClientConfiguration()
            configuration.filters = [creations]
            let node = lab.makeNode(configuration)
            try await node.running {
                let kept = try await lab.database.withTransaction { transaction in
                    let one = try await node.jobs.enqueue(TwiceOver(number: 1), within: transaction)
                    try await transaction.query(PostgresStatement("SAVEPOINT s"))
                    try await node.jobs.enqueue(TwiceOver(number: 2), within: transaction)
                    try await transaction.query(PostgresStatement("ROLLBACK TO SAVEPOINT s"))
                    let later = try await node.jobs.schedule(
                        TwiceOver(number: 3),
                        in: .seconds(60),
                        within: transaction
                    )
                    #expect(creations.ids.isEmpty)
                    return [one.id, later.id]
                }
                #expect(creations.ids == kept)
                try? await lab.database.withTransaction { transaction in
                    try await node.jobs.enqueue(TwiceOver(number: 4), within: transaction)
                    throw CancellationError()
                }
                #expect(creations.ids == kept)
            }
        }
    }

    @Test("A transaction that stays open holds nothing up, and what it stores is in nobody's way")
    func longOpen() async throws {
        try await withAccounts(expecting: .leftovers) { lab in
            try await lab.withServer {
                TwiceOver.self
            } while: { _ in
                let session = "SELECT session, confirmed_below, pending FROM @.publisher_session WHERE ended_at IS NULL"
                let late = try await lab.database.withTransaction { transaction in
                    // More than a watermark lists as pending.
                    let late = try await lab.jobs.enqueue(
                        contentsOf: (0..<1_000).map { TwiceOver(number: $0) },
                        within: transaction
                    )
                    for number in 0..<50 { try await lab.jobs.enqueue(TwiceOver(number: number)) }
                    try await lab.wait(until: 50, are: .succeeded)
                    // All of those are confirmed, and nothing is pending; so says the stored watermark, too.
                    try await eventually("the watermark has passed what was enqueued meanwhile") {
                        guard let row = try await lab.query(session).first else { return false }
                        let (_, below, pending) = try row.decode((UUID, Int, [Int]).self)
                        return below > 50 && pending.isEmpty
                    }
                    return late.map(\.id)
                }
                try await lab.wait(until: 1_050, are: .succeeded)
                try await eventually("the watermark has passed what was committed late") {
                    guard let row = try await lab.query(session).first else { return false }
                    let (_, below, pending) = try row.decode((UUID, Int, [Int]).self)
                    return below > 1_050 && pending.isEmpty
                }
                let runs = try await lab.runs(that: .processing)
                #expect(late.allSatisfy { runs[LabRun(id: $0, generation: 1, run: 1)] == 1 })
                #expect(runs.count == 1_050)
            }
        }
    }

    @Test("A process that ends between commit and publish leaves jobs that others find")
    func crash() async throws {
        try await withAccounts(expecting: .repairs) { lab in
            // Its storage runs and its client does not: nothing is published, and no watermark stored.
            let producer = lab.makeNode()
            let ids = try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await producer.storage.run() }
                defer { group.cancelAll() }
                return try await lab.database.withTransaction { transaction in
                    try await transaction.query(insert("ada", into: lab))
                    let calls = (0..<3).map { TwiceOver(number: $0) }
                    return try await producer.jobs.enqueue(contentsOf: calls, within: transaction).map(\.id)
                }
            }
            #expect(try await lab.count(.enqueued) == 3)
            try await lab.withServer {
                TwiceOver.self
            } while: { _ in
                try await lab.wait(until: 3, are: .succeeded)
                try await lab.checkEachRanOnce(ids)
                // A server without a connection to the broker claims them as they are.
                try await eventually("each repair is counted") {
                    try await lab.value(of: .repairedUnpublished)
                        == lab.value(Int.self, "SELECT count(*) FROM @.job_history WHERE reason = 'unpublished'")
                }
            }
        }
    }

    @Test("Where the commit's answer is lost, what is committed runs and nothing else", arguments: [true, false])
    func lostAnswer(hasCommitted: Bool) async throws {
        try await withAccounts(expecting: .repairs) { lab in
            try await lab.query(
                """
                CREATE FUNCTION @.end_session() RETURNS trigger LANGUAGE plpgsql AS
                $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); PERFORM pg_sleep(600); RETURN NULL; END $$
                """
            )
            try await lab.query(
                """
                CREATE CONSTRAINT TRIGGER end_session AFTER INSERT ON @.account DEFERRABLE INITIALLY DEFERRED
                FOR EACH ROW WHEN (new.name = 'end') EXECUTE FUNCTION @.end_session()
                """
            )
            let error = await #expect(throws: PostgresError.self) {
                try await lab.database.withTransaction { transaction in
                    try await lab.jobs.enqueue(TwiceOver(number: 1), within: transaction)
                    if hasCommitted {
                        // Committed behind the client's back: to it the end looks the same.
                        try await transaction.execute([
                            PostgresStatement("COMMIT", prepared: false), PostgresStatement("BEGIN", prepared: false),
                        ])
                    }
                    try await transaction.query(insert("end", into: lab))
                }
            }
            #expect(error?.outcomeIsUnknown == true)
            let other = try await lab.jobs.enqueue(TwiceOver(number: 2))
            try await lab.withServer {
                TwiceOver.self
            } while: { _ in
                try await lab.wait(for: other.id, .succeeded)
                try await lab.wait(until: hasCommitted ? 2 : 1, are: .succeeded)
            }
            #expect(try await lab.value(Int.self, "SELECT count(*) FROM @.jobs") == (hasCommitted ? 2 : 1))
        }
    }

    @Test("Scheduled jobs wait from when they were scheduled, however long the transaction was open")
    func schedule() async throws {
        try await withAccounts { lab in
            try await lab.withServer {
                TwiceOver.self
            } while: { _ in
                let (soon, past, later) = try await lab.database.withTransaction { transaction in
                    try await transaction.query(PostgresStatement("SELECT pg_sleep(1.5)"))
                    let soon = try await lab.jobs.schedule(TwiceOver(number: 1), in: .seconds(1), within: transaction)
                    let past = try await lab.jobs.schedule(TwiceOver(number: 2), at: .distantPast, within: transaction)
                    let later = try await lab.jobs.schedule(
                        TwiceOver(number: 3),
                        in: .seconds(3600),
                        within: transaction
                    )
                    return (soon.id, past.id, later.id)
                }
                try await lab.wait(for: soon, .succeeded)
                try await lab.wait(for: past, .succeeded)
                let begun = "SELECT min(at) FROM @.job_history WHERE job_id = $1 AND state = $2"
                let started = try await lab.value(Date.self, begun, soon.uuid, "processing")
                let stored = try await lab.value(Date.self, "SELECT created_at FROM @.jobs WHERE id = $1", soon.uuid)
                #expect(started.timeIntervalSince(stored) >= 1)
                #expect(try await lab.jobs.job(later).status()?.state == .scheduled)
                #expect(try await lab.jobs.delete(later))
            }
        }
    }

    @Test("Nothing is stored for a transaction that has ended, nor by a client of another storage")
    func refusals() async throws {
        try await withAccounts { lab in
            let ended = try await lab.database.withTransaction { transaction in
                let elsewhere = JobClient(storage: InMemoryStorage())
                let error = await #expect(throws: JobStorageError.self) {
                    try await elsewhere.enqueue(TwiceOver(number: 1), within: transaction)
                }
                #expect(error?.code == .refused)
                await #expect(throws: JobError.self) {
                    try await lab.jobs.enqueue(
                        TwiceOver(number: 1),
                        within: transaction,
                        options: JobOptions(queue: "No queue")
                    )
                }
                // Nothing was sent of either, and the transaction goes on.
                try await transaction.query(insert("ada", into: lab))
                return transaction
            }
            await #expect(throws: PostgresError.self) {
                try await lab.jobs.enqueue(TwiceOver(number: 1), within: ended)
            }
            #expect(try await lab.value(Int.self, "SELECT count(*) FROM @.jobs") == 0)
            #expect(try await lab.value(Int.self, "SELECT count(*) FROM @.account") == 1)
        }
    }
}
