import Baton
import EndToEndSupport
import Foundation
import Testing

extension ChaosTests {
    @Test("Jobs of a worker killed with SIGKILL run again after its certificate, and never twice at once")
    func workerKilled() async throws {
        try await withBaton(expecting: .repairs) { lab in
            try await withWorker(lab) { victim in
                let jobs = try await lab.jobs.enqueue(
                    // Longer than it takes anybody to see that they run.
                    contentsOf: (0..<4).map { _ in DemoSleep(milliseconds: 15_000) }
                )
                try await eventually("the victim runs them") { try await openRuns(lab, victim.processID) == 4 }
                // Some of these are at the victim, which has no thread for them.
                let more = try await lab.jobs.enqueue(contentsOf: (0..<40).map { _ in DemoSleep(milliseconds: 5) })
                victim.send(SIGKILL)
                try await victim.waitUntilEnded()
                let killed = try await lab.now()
                try await withWorker(lab) { _ in
                    try await lab.wait(until: jobs.count + more.count, are: .succeeded)

                    for job in jobs {
                        let history = try await job.history()
                        let path = history.map(\.state)
                        #expect(path == [.enqueued, .processing, .enqueued, .processing, .succeeded])
                        #expect(history[2].reason?.isEmpty == false)
                        #expect(history[2].server == history[1].server, "it says whose run was lost")
                        #expect(history[3].server != history[1].server)
                        let status = try #require(try await job.status())
                        #expect((status.generation, status.run, status.attempt) == (2, 2, 2))
                        #expect(history[2].at > killed, "not before the worker was dead")
                        let certified = try await lab.value(
                            Date?.self,
                            "SELECT certified_at FROM @.servers WHERE epoch = $1",
                            history[1].server?.uuid
                        )
                        #expect(try history[2].at >= #require(certified))
                    }
                    let successes = try await lab.runs(that: .succeeded)
                    let again = jobs.map { LabRun(id: $0.id, generation: 2, run: 2) }
                    let untouched = more.map { LabRun(id: $0.id, generation: 1, run: 1) }
                    #expect(Set(successes.keys) == Set(again + untouched), "only what the victim ran is run again")
                    #expect(successes.values.allSatisfy { $0 == 1 })
                    #expect(try await lab.value(of: .certifiedServers) == 1)
                    #expect(try await overlaps(lab, killed: victim.processID, at: killed) == 0)
                }
            }
            try await forgetRuns(lab)
        }
    }

    @Test("A worker stopped beyond its lease is fenced when it goes on, and works again under a new epoch")
    func workerFrozen() async throws {
        try await withBaton(expecting: [.repairs, .fencedCompletions]) { lab in
            try await withWorker(lab) { frozen in
                let jobs = try await lab.jobs.enqueue(contentsOf: (0..<4).map { _ in DemoSleep(milliseconds: 15_000) })
                try await eventually("the worker runs them") { try await openRuns(lab, frozen.processID) == 4 }
                frozen.send(SIGSTOP)
                let first = try await lab.value(UUID.self, "SELECT epoch FROM @.servers")
                try await lab.withServer {
                    DemoSleep.self
                } while: { _ in
                    try await lab.wait(until: jobs.count, are: .succeeded)
                }
                for job in jobs {
                    #expect(try await lab.path(of: job.id) == "enqueued processing enqueued processing succeeded")
                }
                let before = try await lab.query("SELECT job_id, seq, at FROM @.job_history ORDER BY 1, 2").count

                frozen.send(SIGCONT)
                try await eventually("its four ends are refused") { try await lab.value(of: .fencedCompletions) == 4 }
                let after = try await lab.query("SELECT job_id, seq, at FROM @.job_history ORDER BY 1, 2").count
                #expect(before == after, "a refused end leaves no trace in the history")

                try await eventually("it says what has happened to it") {
                    frozen.log.contains("this server was certified dead")
                        && frozen.log.contains("their jobs had been taken away")
                }
                let next = try await lab.jobs.enqueue(DemoSleep(milliseconds: 1))
                try await lab.wait(for: next.id, .succeeded)
                let epoch = try #require(try await next.history().last?.server)
                #expect(epoch.uuid != first)
            }
            try await forgetRuns(lab)
        }
    }

    // MARK: The demonstration's ledger

    func openRuns(_ lab: Lab, _ processID: Int32) async throws -> Int {
        try await lab.value(
            Int.self,
            """
            SELECT count(*) FROM baton_demo.run
            WHERE pid = $1 AND ended_at IS NULL AND job_id IN (SELECT id FROM @.jobs)
            """,
            Int64(processID)
        )
    }

    /// Pairs of runs of one job of which the second began before the first had ended; a killed run ended when it was
    /// killed.
    func overlaps(_ lab: Lab, killed processID: Int32, at time: Date) async throws -> Int {
        try await lab.value(
            Int.self,
            """
            SELECT count(*) FROM (
                SELECT lead(started_at) OVER (PARTITION BY job_id ORDER BY started_at) AS next,
                    coalesce(ended_at, CASE WHEN pid = $1 THEN $2 END, 'infinity') AS ended_at
                FROM baton_demo.run WHERE job_id IN (SELECT id FROM @.jobs)
            ) AS run WHERE next < ended_at
            """,
            Int64(processID),
            time
        )
    }

    func forgetRuns(_ lab: Lab) async throws {
        try await lab.query("DELETE FROM baton_demo.run WHERE job_id IN (SELECT id FROM @.jobs)")
    }
}
