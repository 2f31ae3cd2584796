import Baton
import EndToEndSupport
import Foundation
import Testing

@Suite("Throughput, by the servers' own statistics", .timeLimit(.minutes(5)))
struct ThroughputTests {
    let board = Board()

    @Test("10,000 jobs are stored and drained with far less than a statement each")
    func batches() async throws {
        try await withBaton { lab in
            let count = 10_000
            try await withThrowingTaskGroup(of: Void.self) { group in
                // Single calls of many tasks, which the client must store together.
                for _ in 0..<count {
                    group.addTask { try await lab.jobs.enqueue(TestJobs.$nothing()) }
                }
                try await group.waitForAll()
            }
            try await eventually("all messages are in the broker") {
                try await lab.wakeUps(in: "default") == count
            }
            let enqueued = try await lab.statementCalls()
            #expect(enqueued > 0, "the statistics are kept")

            let clock = ContinuousClock()
            let duration = try await lab.withServer {
                TestJobs(board: board)
            } while: { _ in
                try await clock.measure {
                    try await lab.wait(until: count, are: .succeeded)
                }
            }
            let drained = try await lab.statementCalls() - enqueued
            let perEnqueue = Double(enqueued) / Double(count)
            let perDrain = Double(drained) / Double(count)
            print("\(count) jobs: \(perEnqueue) statements each to store, \(perDrain) to drain, in \(duration)")
            #expect(perEnqueue < 0.5)
            #expect(perDrain < 0.5)
        }
    }

    @Test("An idle server asks the database less than twice a second")
    func idle() async throws {
        try await withBaton { lab in
            try await lab.withServer {
                TestJobs(board: board)
            } while: { _ in
                let job = try await lab.jobs.enqueue(TestJobs.$nothing())
                try await lab.wait(for: job.id, .succeeded)
                let (calls, start) = (try await lab.statementCalls(), try await lab.now())
                // What is measured is a rate, so time must pass.
                try await Task.sleep(for: .seconds(12))
                let (more, end) = (try await lab.statementCalls(), try await lab.now())
                let rate = Double(more - calls) / end.timeIntervalSince(start)
                print("an idle server: \(rate) statements a second")
                #expect(rate < 2)
                #expect(rate > 0, "it renews its lease")
            }
        }
    }

    @Test("Two servers on one queue run each of 2,000 jobs exactly once, and nothing needs mending (I1, I6)")
    func twoServers() async throws {
        try await withBaton { lab in
            let count = 2_000
            let ledger = try await RunLedger(lab)
            let other = lab.makeNode()
            try await other.running {
                try await lab.withServer {
                    LedgerJobs(ledger: ledger, side: "one")
                } while: { _ in
                    try await lab.withServer(on: other) {
                        LedgerJobs(ledger: ledger, side: "other")
                    } while: { _ in
                        try await withThrowingTaskGroup(of: Void.self) { group in
                            for number in 0..<count / 100 {
                                group.addTask {
                                    let jobs = number % 2 == 0 ? lab.jobs : other.jobs
                                    try await jobs.enqueue(
                                        contentsOf: (0..<100).map { LedgerJobs.$write(number: number * 100 + $0) }
                                    )
                                }
                            }
                            try await group.waitForAll()
                        }
                        try await lab.wait(until: count, are: .succeeded)
                    }
                }
            }
            #expect(try await ledger.runs() == count)
            #expect(try await ledger.value("count(DISTINCT job_id)") == count)
            #expect(try await ledger.value("count(*) FILTER (WHERE run <> 1 OR ended_at IS NULL)") == 0)
            #expect(try await ledger.value("count(DISTINCT side)") == 2, "both servers took part")
            let servers = try await lab.value(
                Int.self,
                "SELECT count(DISTINCT server) FROM @.job_history WHERE state = 'succeeded'"
            )
            #expect(servers == 2)
            #expect(try await lab.value(Int.self, "SELECT count(*) FROM @.jobs WHERE run <> 1 OR generation <> 1") == 0)
        }
    }
}
