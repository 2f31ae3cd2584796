import Baton
import EndToEndSupport
import Foundation
import Locking
import PostgresClient
import Testing

/// PostgreSQL is away for longer than a lease.
///
/// Beside the other suites, since most of it is waiting.
@Suite("Database outages", .serialized, .timeLimit(.minutes(15)))
struct DatabaseOutageTests {
    @Test("An outage of PostgreSQL that is longer than a lease kills nobody, whether it is shut down or frozen")
    func longerThanALease() async throws {
        try await withPrivateServers { servers in
            try await withBaton(expecting: .repairs, on: servers.servers) { lab in
                try await withWorker(lab, concurrency: 8) { one in
                    try await withWorker(lab, concurrency: 8) { other in
                        var ids: [JobID] = []
                        try await withExclusiveJob(lab) { wasCancelled in
                            ids += try await outage(lab, one, other, from: servers.stop) { server in
                                try await eventually("the exclusive job is cancelled while the database is away") {
                                    wasCancelled.isOpen
                                }
                                try await servers.start(server)
                            }
                        }
                        ids += try await outage(lab, one, other, from: servers.pause, to: servers.resume)
                        try await lab.checkEachRanOnce(ids, in: "default")
                        #expect(try await lab.value(of: .certifiedServers) == 0)
                        #expect(try await lab.value(of: .fencedCompletions) == 0)
                        #expect(try await lab.value(Int.self, "SELECT count(*) FROM @.server WHERE dead") == 0)
                        #expect(try await lab.value(Int.self, "SELECT count(*) FROM @.servers") == 2)
                    }
                }
            }
        }
    }

    /// Runs an exclusive job for the length of a body, and again after it was cancelled.
    private func withExclusiveJob(_ lab: Lab, _ body: (_ wasCancelled: Latch) async throws -> Void) async throws {
        let (cancelled, runs) = (Latch(), Locked(0))
        try await lab.withServer(queues: ["exclusive"]) {
            ExclusiveHeldJob.Body {
                let isFirst = runs.withLock { runs in
                    runs += 1
                    return runs == 1
                }
                guard isFirst else { return }
                do {
                    try await Latch().wait()
                } catch {
                    cancelled.open()
                    throw error
                }
            }
        } while: { _ in
            let job = try await lab.jobs.enqueue(ExclusiveHeldJob())
            try await eventually("it runs") { runs.withLock(\.self) == 1 }
            try await body(cancelled)
            let ended = try await lab.wait(for: job.id, .succeeded)
            #expect((2...5).contains(ended.run), "it waits for the lease to be renewed before it is claimed again")
            #expect(ended.attempt == 1, "no attempt is spent")
            #expect(try await job.history().contains { $0.reason?.contains("lease was over") == true })
        }
    }

    /// Takes the database away for longer than a lease while jobs run, of which some end meanwhile.
    ///
    /// - Returns: The jobs.
    private func outage(
        _ lab: Lab,
        _ one: WorkerProcess,
        _ other: WorkerProcess,
        from takeAway: (String) async throws -> Void,
        to bringBack: (String) async throws -> Void
    ) async throws -> [JobID] {
        let jobs = try await lab.jobs.enqueue(
            contentsOf: [12_000, 12_000, 12_000, 12_000, 30_000, 30_000, 30_000, 30_000].map {
                DemoSleep(milliseconds: $0)
            }
        )
        try await eventually("they have begun") {
            let begun = """
                SELECT count(*) FROM baton_demo.run
                WHERE pid = ANY ($1) AND job_id = ANY ($2)
                """
            let workers = [Int64(one.processID), Int64(other.processID)]
            return try await lab.value(Int.self, begun, workers, jobs.map(\.id.uuid)) == jobs.count
        }
        try await takeAway("postgres")
        try await Task.sleep(for: .seconds(20))
        try await bringBack("postgres")
        for job in jobs { try await lab.wait(for: job.id, .succeeded) }
        // For longer than it takes to certify somebody of whom nothing was heard in the outage.
        let next = try await lab.jobs.enqueue(DemoSleep(milliseconds: 20_000))
        try await lab.wait(for: next.id, .succeeded)
        return jobs.map(\.id) + [next.id]
    }
}
