import Baton
import PostgresClient
import Testing

@testable import BatonPostgres

@Suite(.enabled(if: StorageFixture.url != nil), .timeLimit(.minutes(15)))
struct RequeueTests {
    /// A job that is moving between two tables at that moment is requeued where it arrives.
    @Test func aJobOnTheMoveIsRequeuedWhereItArrives() async throws {
        try await withStorage { fixture in
            let owner = try await fixture.server()
            let job = NewJob.enqueued()
            let run = try await fixture.running(job, by: owner)
            try await withThrowingTaskGroup(of: JobRequeue.self) { group in
                _ = try await fixture.storage.complete(
                    [.make(run, .retry(after: .seconds(60), .smtp, reason: "r"))],
                    owner: owner
                )
                try await fixture.client.withTransaction { transaction in
                    let delete = try fixture.statements.lookup.delete
                    try await transaction.query(.init(delete, job.id.uuid, "r", JobState?.none?.code, prepared: false))
                    group.addTask {
                        try await fixture.storage.requeue(
                            [JobTarget(id: job.id)],
                            marks: .some(1),
                            reason: "by hand"
                        )
                    }
                    try await fixture.waitUntilBlocked()
                }
                let requeue = try #require(try await group.next())
                #expect(requeue.outcomes == [.requeued])
                #expect(requeue.dispatches.map(\.message.generation) == [2])
            }
            #expect(try await fixture.job(job.id).state == .enqueued)
            #expect(try await fixture.value(Int.self, "SELECT count(*) FROM ns.jobs") == 1)
        }
    }
}
