import Baton
import Foundation
import PostgresClient
import Testing

@testable import BatonPostgres

@Suite(.enabled(if: StorageFixture.url != nil), .timeLimit(.minutes(15)))
struct DeleteTests {
    @Test func whatIsNotFinalCanBeDeleted() async throws {
        try await withStorage { fixture in
            let storage = fixture.storage
            let owner = try await fixture.server()
            let (enqueued, scheduled) = (NewJob.enqueued(), NewJob.make(start: .after(.seconds(60))))
            _ = try await storage.insert([enqueued, scheduled], isRepeated: false)
            let processing = try await fixture.running(by: owner)
            let failed = try await fixture.running(by: owner)
            _ = try await storage.complete([.make(failed, .failed(.smtp))], owner: owner)
            for id in [enqueued.id, scheduled.id, processing.id, failed.id] {
                #expect(try await storage.delete(id, reason: "by hand"))
                #expect(try await fixture.job(id).state == .deleted)
                #expect(try await storage.history(of: id).last?.reason == "by hand")
                #expect(try await !storage.delete(id, reason: nil))
            }
            let done = try await fixture.running(by: owner)
            _ = try await storage.complete([.make(done, .succeeded(result: nil))], owner: owner)
            #expect(try await !storage.delete(done.id, reason: nil))
            #expect(try await fixture.job(done.id).state == .succeeded)
            #expect(try await !storage.delete(.random(), reason: nil))
        }
    }

    /// I4: after the delete's answer no claim succeeds; before, the claim may win and the delete takes the running job.
    @Test func aDeleteAndAClaimAtOnce() async throws {
        try await withStorage { fixture in
            let owner = try await fixture.server()
            for claim in 1...40 as ClosedRange<Int64> {
                let job = NewJob.enqueued()
                _ = try await fixture.storage.insert([job], isRepeated: false)
                async let deletion = fixture.storage.delete(job.id, reason: nil)
                async let outcome = fixture.storage.claim([job.message()], owner: owner, claim: claim)
                #expect(try await deletion)
                if let run = try await outcome[0].job {
                    let end = Completion.make(run, .succeeded(result: nil))
                    #expect(try await fixture.storage.complete([end], owner: owner) == [.fenced(.superseded)])
                }
                #expect(
                    try await fixture.storage.claim([job.message()], owner: owner, claim: 1000 + claim)[0].job == nil
                )
                #expect(try await fixture.job(job.id).state == .deleted)
            }
        }
    }

    /// A job that is moving between two tables at that moment is deleted all the same.
    @Test func aJobOnTheMoveIsDeletedWhereItArrives() async throws {
        try await withStorage { fixture in
            let owner = try await fixture.server()
            let job = NewJob.enqueued()
            let run = try await fixture.running(job, by: owner)
            try await withThrowingTaskGroup(of: Bool.self) { group in
                try await fixture.client.withTransaction { transaction in
                    let end = Completion.make(run, .retry(after: .seconds(60), .smtp, reason: "r"))
                    let batch = CompletionBatch([end], owner: owner)
                    try await transaction.execute(batch.statements(fixture.statements.completion))
                    group.addTask { try await fixture.storage.delete(job.id, reason: nil) }
                    try await fixture.waitUntilBlocked()
                }
                #expect(try await group.next() == true)
            }
            #expect(try await fixture.job(job.id).state == .deleted)
            #expect(try await fixture.value(Int.self, "SELECT count(*) FROM ns.jobs") == 1)
        }
    }

    /// Somebody's open transaction has one of them: nothing waits for it, neither the call nor who wants the others.
    @Test func manyAreLeftWhereOneIsHeld() async throws {
        try await withStorage { fixture in
            let jobs = (0..<500).map { _ in NewJob.enqueued() }
            _ = try await fixture.storage.insert(jobs, isRepeated: false)
            let targets = jobs.map { JobTarget(id: $0.id, state: .enqueued, generation: 1) }
            let enqueued = "SELECT count(*) FROM ns.jobs WHERE state = 'enqueued'"
            try await fixture.client.withTransaction { transaction in
                let hold = "SELECT FROM \(try fixture.schema.active) WHERE id = $1 FOR UPDATE"
                try await transaction.query(PostgresStatement(hold, jobs[250].id.uuid, prepared: false))
                let error = await #expect(throws: JobStorageError.self) {
                    try await fixture.storage.delete(targets, reason: nil)
                }
                #expect(error?.code == .unavailable)
                #expect(try await fixture.value(Int.self, enqueued) == jobs.count)
            }
            #expect(try await fixture.storage.delete(targets, reason: nil) == Set(jobs.map(\.id)))
            #expect(try await fixture.value(Int.self, enqueued) == 0)
        }
    }

    /// An id that two callers gave at once, one for now and one for later, is there twice.
    @Test func anIDThatIsThereTwiceIsDeletedTwice() async throws {
        try await withStorage { fixture in
            let job = NewJob.make(start: .after(.seconds(60)))
            _ = try await fixture.storage.insert([job], isRepeated: false)
            try await fixture.sql(
                """
                INSERT INTO ns.active_job (id, created_at, enqueued_at, state_at, generation, run, attempt, max_attempts,
                    state, priority, type, queue, arguments, history)
                SELECT id, created_at, now(), state_at, 1, run, attempt, max_attempts, 2, priority, type, queue, arguments,
                    history FROM ns.scheduled_job
                """
            )
            let client = JobClient(storage: fixture.storage, logger: .quiet)
            #expect(try await client.delete(matching: JobFilter(states: [.enqueued, .scheduled])) == 1)
            #expect(try await fixture.value(Int.self, "SELECT count(*) FROM ns.finished_job") == 2)
        }
    }

    /// What was requeued since it was found is left alone, though it is in the same state again.
    @Test func manyAreHeldAgainstTheirGenerations() async throws {
        try await withStorage { fixture in
            let job = NewJob.enqueued()
            _ = try await fixture.storage.insert([job], isRepeated: false)
            let target = JobTarget(id: job.id, state: .enqueued, generation: 1)
            #expect(try await fixture.storage.delete([target], reason: nil) == [job.id])
            _ = try await fixture.storage.requeue([JobTarget(id: job.id)], marks: .some(), reason: nil)
            #expect(try await fixture.storage.delete([target], reason: nil) == [])
            #expect(try await fixture.job(job.id).state == .enqueued)
        }
    }
}
