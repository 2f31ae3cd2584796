import Baton
import Foundation
import PostgresClient
import Testing

@testable import BatonPostgres

@Suite(.enabled(if: StorageFixture.url != nil), .timeLimit(.minutes(15)))
struct HistoryTests {
    /// Every move of a long life is in the history, in order, with what belongs to it.
    @Test func aWholeLifeIsKept() async throws {
        try await withStorage { fixture in
            let storage = fixture.storage
            let (me, dead) = (try await fixture.server(), try await fixture.server())
            let job = NewJob.make(start: .after(.zero))
            _ = try await storage.insert([job], isRepeated: false)
            let first = try await storage.promoteDue(marks: .some()).dispatches[0]
            let run1 = try await fixture.claim(first.message, by: me, 1)
            let retry = Completion.make(run1, .retry(after: .zero, .smtp, reason: "attempt 1 of 10"))
            _ = try await storage.complete([retry], owner: me)
            let second = try await storage.promoteDue(marks: .some()).dispatches[0]
            _ = try await fixture.claim(second.message, by: dead, 1)
            try await fixture.bury(dead)
            let third = try await storage.requeueOrphans(marks: .some()).dispatches[0]
            let run3 = try await fixture.claim(third.message, by: me, 2)
            _ = try await storage.complete([.make(run3, .putBack(after: .zero, reason: "shutdown"))], owner: me)
            let fourth = try await storage.promoteDue(marks: .some()).dispatches[0]
            let run4 = try await fixture.claim(fourth.message, by: me, 3)
            _ = try await storage.complete([.make(run4, .succeeded(result: JSONText("7")))], owner: me)

            let history = try await storage.history(of: job.id)
            #expect(
                history.map(\.state) == [
                    .scheduled, .enqueued, .processing, .scheduled, .enqueued, .processing, .enqueued, .processing,
                    .scheduled, .enqueued, .processing, .succeeded,
                ]
            )
            #expect(history.map(\.run) == [0, 0, 1, 1, 1, 2, 2, 3, 3, 3, 4, 4])
            #expect(history.map(\.attempt) == [0, 0, 1, 1, 1, 2, 2, 3, 2, 2, 3, 3])
            #expect(
                history.map(\.reason) == [
                    nil, nil, nil, "attempt 1 of 10", nil, nil, "orphan", nil, "shutdown", nil, nil, nil,
                ]
            )
            #expect(history.map(\.server) == [nil, nil, me, me, nil, dead, dead, me, me, nil, me, me])
            #expect(zip(history, history.dropFirst()).allSatisfy { $0.at <= $1.at })

            struct Retry: Decodable {
                var error_type, error_message, error_details, scheduled_at: String
                var duration_ms, latency_ms: Double
            }
            let data = try JSONDecoder().decode(Retry.self, from: Data(try #require(history[3].data).text.utf8))
            #expect(data.error_type == "SMTPError" && data.error_message == "refused")
            #expect(data.error_details == "550 no such user" && data.duration_ms == 12.5 && data.latency_ms == 3)
            #expect(history[11].data?.text == #"{"latency_ms": 3, "duration_ms": 12.5}"#)
            #expect(try await fixture.job(job.id).result == JSONText("7"))
            for (from, to) in zip(history, history.dropFirst()) {
                #expect(JobTransition(from: from.state, to: to.state).isLegal)
            }
        }
    }

    /// A transaction that begins before another, and moves what the other has committed meanwhile.
    @Test(arguments: ["promote", "claim", "putBack", "delete", "requeueOrphans"])
    func noEntryIsOlderThanTheOneBefore(_ move: String) async throws {
        try await withStorage { fixture in
            let (storage, owner) = (fixture.storage, try await fixture.server())
            let job = move == "promote" ? NewJob.make(start: .at(Date(timeIntervalSinceNow: -60))) : .enqueued()
            let statements = try fixture.statements
            try await fixture.client.withTransaction { transaction in
                let began = try await transaction.query(PostgresStatement("SELECT now()", prepared: false))
                try await Task.sleep(for: .milliseconds(2))
                _ = try await storage.insert([job], isRepeated: false)
                if ["putBack", "requeueOrphans"].contains(move) {
                    _ = try await fixture.claim(job.message(), by: owner, 1)
                }
                if move == "requeueOrphans" { try await fixture.bury(owner) }
                let statement =
                    switch move {
                    case "promote":
                        PostgresStatement(
                            statements.schedule.promote,
                            UUID(),
                            Int64(1),
                            10,
                            [UUID](),
                            [String](),
                            [Int64](),
                            Int64(10)
                        )
                    case "claim":
                        PostgresStatement(statements.claim.claim, [job.id.uuid], [Int32(1)], owner.uuid, Int64(1))
                    case "putBack":
                        PostgresStatement(
                            statements.completion.putBack,
                            [job.id.uuid],
                            owner.uuid,
                            [Int64(1)],
                            [1.0],
                            [1.0],
                            ["stopping"],
                            [Int64(0)]
                        )
                    case "delete":
                        PostgresStatement(statements.lookup.delete, job.id.uuid, "not wanted", JobState?.none?.code)
                    default:
                        PostgresStatement(
                            statements.reconciler.requeueOrphans,
                            UUID(),
                            Int64(1),
                            10,
                            RepairReason.orphan,
                            [String]()
                        )
                    }
                try await transaction.query(statement)
                let stored = try await storage.job(job.id)
                #expect(try began[0].decode(Date.self, 0) < (try #require(stored).stateAt))
            }
            let history = try await storage.history(of: job.id)
            #expect(history.count >= 2 && zip(history, history.dropFirst()).allSatisfy { $0.at <= $1.at }, "\(history)")
            #expect(try await fixture.job(job.id).stateAt == history.last?.at)
        }
    }

    @Test func theViewsShowWhatIsStored() async throws {
        try await withStorage { fixture in
            let owner = try await fixture.server()
            let waiting = NewJob.make(start: .after(.seconds(60)))
            let (enqueued, other) = (NewJob.enqueued(), NewJob.enqueued())
            _ = try await fixture.storage.insert([waiting, enqueued, other], isRepeated: false)
            let run = try await fixture.running(by: owner)
            let failed = try await fixture.running(by: owner)
            _ = try await fixture.storage.complete([.make(failed, .failed(.smtp))], owner: owner)

            let jobs = try await fixture.sql("SELECT * FROM ns.jobs")
            #expect(
                jobs.columnNames == [
                    "id", "type", "queue", "state", "arguments", "generation", "run", "attempt", "max_attempts",
                    "priority", "parent_id", "unique_key", "created_at", "state_at", "scheduled_at", "server", "result",
                    "error_type", "error_message",
                ]
            )
            let states = try Dictionary(
                uniqueKeysWithValues: jobs.map { (try $0.decode(UUID.self, "id"), try $0.decode(String.self, "state")) }
            )
            #expect(states[waiting.id.uuid] == "scheduled" && states[enqueued.id.uuid] == "enqueued")
            #expect(states[run.id.uuid] == "processing" && states[failed.id.uuid] == "failed")
            let history = try await fixture.sql(
                "SELECT seq, state, server FROM ns.job_history WHERE job_id = $1 ORDER BY seq",
                failed.id.uuid
            )
            #expect(try history.map { try $0.decode(Int.self, 0) } == [1, 2, 3])
            #expect(try history.map { try $0.decode(String.self, 1) } == ["enqueued", "processing", "failed"])
            #expect(try history.map { try $0.decode(UUID?.self, 2) } == [nil, owner.uuid, owner.uuid])
            let queue = try #require(
                try await fixture.sql("SELECT queue, enqueued, processing, oldest_enqueued_age >= '0' FROM ns.queues")
                    .first
            )
            #expect(try queue.decode((String, Int, Int, Bool).self) == ("mail", 2, 1, true))
            #expect(try await fixture.value(Bool.self, "SELECT probe_age IS NULL FROM ns.queues"))
            let server = try await fixture.value(String.self, "SELECT state FROM ns.servers")
            #expect(server == "alive")
        }
    }

    /// Asking for one job's history goes through the primary keys.
    @Test func theHistoryViewFindsOneJobByItsKey() async throws {
        try await withStorage { fixture in
            try await fixture.fill(5_000)
            let plan = try await fixture.sql(
                "EXPLAIN (COSTS OFF) SELECT * FROM ns.job_history WHERE job_id = '\(UUID().uuidString)'"
            ).map { try $0.decode(String.self, 0) }
            #expect(plan.contains { $0.contains("active_job_pkey") })
            #expect(!plan.contains { $0.contains("Seq Scan on active_job") })
        }
    }
}
