import Baton
import EndToEndSupport
import Foundation
import Testing

@Suite("Delayed jobs", .timeLimit(.minutes(15)))
struct DelayedJobTests {
    let board = Board()

    /// Looks for due jobs by itself so seldom that only a wake-up can be what starts them.
    private var patient: JobServerConfiguration {
        var configuration = JobServerConfiguration()
        configuration.schedulePollInterval = .seconds(3600)
        return configuration
    }

    @Test("They start when they are due, never before by the database's clock, though the server looks hourly")
    func due() async throws {
        try await withBaton { lab in
            try await lab.withServer(configuration: patient) {
                TestJobs(board: board)
            } while: { _ in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for index in 0..<30 {
                        group.addTask {
                            // Later ones first: an earlier one must wake a scheduler that sleeps for a later one.
                            let delay = Duration.milliseconds(1500 - 45 * index)
                            try await lab.jobs.schedule(TestJobs.$echo("\(index)"), in: delay)
                        }
                    }
                    for index in 0..<5 {
                        group.addTask {
                            let date = Date(timeIntervalSinceNow: 0.2 * Double(index))
                            try await lab.jobs.schedule(TestJobs.$echo("at \(index)"), at: date)
                        }
                    }
                    try await group.waitForAll()
                }
                try await lab.wait(until: 35, are: .succeeded)
            }
            try await expectNoneEarly(lab)
        }
    }

    @Test("Jobs that another process schedules wake an idle server")
    func otherProcess() async throws {
        try await withBaton { lab in
            try await lab.withServer(configuration: patient) {
                TestJobs(board: board)
            } while: { _ in
                let first = try await lab.jobs.enqueue(TestJobs.$nothing())
                try await lab.wait(for: first.id, .succeeded)
                let other = lab.makeNode()
                try await other.running {
                    try await eventually("the other process can tell the server") { other.transport.isConnected }
                    for round in 0..<3 {
                        let late = try await other.jobs.schedule(
                            TestJobs.$echo("late \(round)"),
                            in: .milliseconds(500)
                        )
                        let soon = try await other.jobs.schedule(
                            TestJobs.$echo("soon \(round)"),
                            in: .milliseconds(100)
                        )
                        try await lab.wait(for: soon.id, .succeeded)
                        try await lab.wait(for: late.id, .succeeded)
                    }
                }
            }
            try await expectNoneEarly(lab)
        }
    }

    @Test("Jobs that became due while no server ran are run by the next one")
    func overdue() async throws {
        try await withBaton { lab in
            let handles = [
                try await lab.jobs.schedule(TestJobs.$echo("past"), at: .distantPast),
                try await lab.jobs.schedule(TestJobs.$echo("soon"), in: .milliseconds(1)),
                try await lab.jobs.schedule(TestJobs.$echo("negative"), in: .seconds(-5)),
            ]
            let far = try await lab.jobs.schedule(TestJobs.$echo("far"), in: .seconds(86_400 * 365))
            try await lab.withServer(configuration: patient) {
                TestJobs(board: board)
            } while: { _ in
                for handle in handles {
                    try await lab.wait(for: handle.id, .succeeded)
                    #expect(try await lab.path(of: handle.id) == "scheduled enqueued processing succeeded")
                }
            }
            #expect(try await far.status()?.state == .scheduled)
        }
    }

    @Test("Jobs enqueued after many have become due start before most of those, and each runs once")
    func manyAtOnce() async throws {
        try await withBaton { lab in
            var ids = try await withThrowingTaskGroup(of: JobID.self) { group in
                for _ in 0..<2_000 {
                    group.addTask { try await lab.jobs.schedule(TestJobs.$hold("due"), in: .zero).id }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            var configuration = patient
            configuration.concurrency = 4
            try await lab.withServer(configuration: configuration) {
                TestJobs(board: board)
            } while: { _ in
                try await board.arrival(of: "due").wait()
                // Until nothing moves while what runs does not end.
                var (waiting, before) = (0, -1)
                while waiting != before {
                    before = waiting
                    try await Task.sleep(for: .milliseconds(300))
                    waiting = try await lab.value(Int.self, "SELECT count(*) FROM @.jobs WHERE state = 'scheduled'")
                }
                #expect(waiting > 1_800)
                let fresh = try await lab.jobs.enqueue(contentsOf: (0..<20).map { TestJobs.$echo("\($0)") })
                ids += fresh.map(\.id)
                // What is asked is which come first of those that wait, not how soon messages come into their queue.
                try await eventually("their messages are in the queue") {
                    try await lab.value(
                        Bool.self,
                        """
                        SELECT count(*) = 0 FROM @.active_job AS j JOIN @.jobs AS v USING (id)
                            LEFT JOIN @.publisher_session AS s ON s.session = j.session
                        WHERE v.type = 'test.echo' AND v.state = 'enqueued'
                            AND (j.seq < s.confirmed_below AND j.seq <> ALL (s.pending)) IS NOT TRUE
                        """
                    )
                }
                board.release(of: "due").open()
                try await lab.wait(until: 2_020, are: .succeeded)
            }
            try await lab.checkEachRanOnce(ids)
            let earlier = try await lab.value(
                Int.self,
                """
                WITH started AS (
                    SELECT h.at, j.type FROM @.job_history AS h JOIN @.jobs AS j ON j.id = h.job_id
                    WHERE h.state = 'processing'
                )
                SELECT count(*) FROM started
                WHERE type = 'test.hold' AND at < (SELECT max(at) FROM started WHERE type = 'test.echo')
                """
            )
            #expect(earlier < 1_000)
        }
    }

    private func expectNoneEarly(_ lab: Lab) async throws {
        let early = try await lab.value(
            Int.self,
            """
            SELECT count(*) FROM (
                SELECT at, state, max((data ->> 'scheduled_at')::timestamptz) OVER (PARTITION BY job_id) AS due
                FROM @.job_history
            ) AS h WHERE state IN ('enqueued', 'processing') AND at < due
            """
        )
        #expect(early == 0)
        let known = try await lab.value(
            Int.self,
            "SELECT count(*) FROM @.job_history WHERE state = 'scheduled' AND data ? 'scheduled_at'"
        )
        #expect(known > 0, "the history says when a scheduled job is due")
    }
}
