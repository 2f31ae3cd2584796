import Baton
import EndToEndSupport
import Foundation
import Testing

@Suite("Retention", .timeLimit(.minutes(15)))
struct RetentionTests {
    @Test("A server removes jobs whose time is over, and their statistics stay")
    func server() async throws {
        try await withBaton { lab in
            let old = try await lab.jobs.enqueue(TestJobs.$echo("old"))
            var configuration = JobServerConfiguration()
            configuration.retention = nil
            try await lab.withServer(configuration: configuration) {
                TestJobs(board: Board())
            } while: { _ in
                try await lab.wait(for: old.id, .succeeded)
            }
            // As if it had been three days ago.
            try await lab.query("UPDATE @.finished_job SET state_at = state_at - interval '72 hours'")
            try await lab.query(
                "UPDATE @.retention SET counted_until = date_trunc('hour', now(), 'UTC') - interval '96 hours'"
            )
            let new = try await lab.jobs.enqueue(TestJobs.$echo("new"))
            configuration.retention = RetentionPolicy()
            configuration.retentionInterval = .milliseconds(50)
            try await lab.withServer(configuration: configuration) {
                TestJobs(board: Board())
            } while: { _ in
                try await lab.wait(for: new.id, .succeeded)
                try await eventually("the old job is removed") { try await old.status() == nil }
            }
            #expect(try await new.status()?.state == .succeeded)
            let counted = "SELECT coalesce(sum(jobs), 0)::bigint FROM @.job_statistics_daily"
            #expect(try await lab.value(Int.self, counted) == 1)
        }
    }
}
