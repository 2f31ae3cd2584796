import Baton
import EndToEndSupport
import Foundation
import Testing

@Suite("Recurring jobs", .timeLimit(.minutes(15)))
struct RecurringJobTests {
    let board = Board()

    @Test("Each second makes one job, with three servers of which one stops and one dies")
    func everySecond() async throws {
        try await withBaton(expecting: .repairs) { lab in
            let (second, third) = (lab.makeNode(), lab.makeNode())
            try await second.running {
                try await third.running {
                    try await lab.withServer {
                        TestJobs(board: board)
                    } while: { _ in
                        try await lab.withServer(on: second) {
                            TestJobs(board: board)
                        } while: { stopped in
                            try await lab.withServer(on: third) {
                                TestJobs(board: board)
                            } while: { killed in
                                try await lab.jobs.recurring.set(
                                    "tick",
                                    .cron("* * * * * *"),
                                    TestJobs.$nothing(),
                                    policy: RecurringPolicy(misfire: .fireEach)
                                )
                                try await reach(3, lab)
                                try await killed.kill()
                                try await reach(6, lab)
                                try await stopped.stop()
                                try await reach(9, lab)
                            }
                        }
                        #expect(try await lab.jobs.recurring.pause("tick"))
                        let history = try await lab.jobs.recurring.history(of: "tick", limit: 1_000)
                        let times = history.map(\.at.timeIntervalSince1970)
                        #expect(history.allSatisfy { $0.outcome == .fired })
                        #expect(Set(history.compactMap(\.jobID)).count == history.count)
                        #expect(
                            zip(times, times.dropFirst()).allSatisfy { $0 - $1 == 1 },
                            "no second is missing: \(times)"
                        )
                        try await lab.wait(until: history.count, are: .succeeded)
                        #expect(try await lab.value(Int.self, "SELECT count(*) FROM @.jobs") == history.count)
                    }
                }
            }
        }
    }

    @Test("An entry that another process sets is noticed at once, though the server looks hourly")
    func otherProcess() async throws {
        try await withBaton { lab in
            var patient = JobServerConfiguration()
            patient.schedulePollInterval = .seconds(3600)
            try await lab.withServer(configuration: patient) {
                TestJobs(board: board)
            } while: { _ in
                let first = try await lab.jobs.enqueue(TestJobs.$nothing())
                try await lab.wait(for: first.id, .succeeded)
                let other = lab.makeNode()
                try await other.running {
                    try await eventually("the other process can tell the server") { other.transport.isConnected }
                    try await other.jobs.recurring.set("tick", .every(.seconds(1)), TestJobs.$nothing())
                    try await reach(2, lab)
                    try await other.jobs.recurring.remove("tick")
                }
                try await eventually("all of its jobs have run") {
                    try await lab.count(.succeeded) == lab.value(Int.self, "SELECT count(*) FROM @.jobs")
                }
            }
        }
    }

    @Test("An entry written by SQL goes on, and a broken one is disabled with its error")
    func bySQL() async throws {
        try await withBaton { lab in
            try await lab.query(
                """
                INSERT INTO @.recurring_entry (id, type, schedule, arguments) VALUES
                    ('broken', 'test.nothing', '* * * *', '{}'), ('good', 'test.nothing', '@every 1s', '{}')
                """
            )
            try await lab.withServer {
                TestJobs(board: board)
            } while: { _ in
                try await eventually("the good one has made a job") {
                    try await !lab.jobs.recurring.history(of: "good").isEmpty
                }
                try await eventually("the broken one is disabled") {
                    try await lab.value(Int.self, "SELECT count(*) FROM @.recurring WHERE error IS NOT NULL") == 1
                }
                let broken = try #require(try await lab.jobs.recurring.entry("broken"))
                #expect(broken.error?.isEmpty == false && broken.nextAt == nil)
                try await lab.jobs.recurring.remove("good")
                try await eventually("all of its jobs have run") {
                    try await lab.count(.succeeded) == lab.value(Int.self, "SELECT count(*) FROM @.jobs")
                }
            }
        }
    }

    /// Waits until so many occurrences have made jobs.
    private func reach(_ count: Int, _ lab: Lab) async throws {
        try await eventually("\(count) occurrences have made jobs") {
            try await lab.jobs.recurring.history(of: "tick", limit: 1_000).count >= count
        }
    }
}
