import Baton
import EndToEndSupport
import Foundation
import PostgresClient
import Testing

@Suite("Eager starts", .timeLimit(.minutes(15)))
struct EagerStartTests {
    private let board = Board()

    /// Which jobs began in the transaction that stored them, as only they do.
    private func eager(_ lab: Lab) async throws -> [String] {
        try await lab.query(
            "SELECT id::text FROM @.finished_job WHERE (history[2]).at = (history[1]).at ORDER BY id"
        ).map { try $0.decode(String.self, 0) }
    }

    /// Enqueues until the jobs of a call have started so: before, the server may not serve yet, and a look into storage holds its
    /// threads for a moment.
    private func start(_ lab: Lab, _ enqueue: () async throws -> [JobID]) async throws -> [JobID] {
        while true {
            let ids = try await enqueue()
            for id in ids { try await lab.wait(for: id, .succeeded) }
            if Set(try await eager(lab)).isSuperset(of: ids.map(\.description)) { return ids }
        }
    }

    @Test(
        "A job that is enqueued in its server's process starts there as it is stored",
        arguments: [LabTransport.broker, .none]
    )
    func starts(by broker: LabTransport) async throws {
        try await withBaton(by: broker) { lab in
            var configuration = JobServerConfiguration()
            configuration.eagerStarts = 2
            try await lab.withServer(configuration: configuration, startsEagerly: true) {
                TestJobs(board: board)
            } while: { _ in
                let options = JobOptions(
                    timeout: .seconds(30),
                    retry: RetryOptions(whenExhausted: .delete)
                )
                let ids = try await start(lab) {
                    [try await lab.jobs.enqueue(TestJobs.$echo("one"), options: options).id]
                }
                // Two at a time, by the statement for several.
                _ = try await start(lab) {
                    try await lab.jobs.enqueue(contentsOf: [TestJobs.$echo("two"), TestJobs.$echo("three")]).map(\.id)
                }

                let history = try await lab.jobs.job(ids[0]).history()
                #expect(history.map(\.state) == [.enqueued, .processing, .succeeded])
                #expect(history.map(\.run) == [0, 1, 1] && history.map(\.attempt) == [0, 1, 1])
                #expect(history[0].at == history[1].at)
                let job = try #require(try await lab.jobs.job(ids[0]).status())
                #expect(job.createdAt == history[0].at && job.maximumAttempts == 10)
            }
        }
    }
}
