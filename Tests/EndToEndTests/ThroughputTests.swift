import Baton
import EndToEndSupport
import Foundation
import Testing

@Suite("Throughput, by the servers' own statistics", .timeLimit(.minutes(15)))
struct ThroughputTests {
    let board = Board()

    @Test("10,000 jobs are stored and drained with far less than a statement each")
    func batches() async throws {
        try await withBaton { lab in
            let count = 10_000
            let ids = try await withThrowingTaskGroup(of: JobID.self) { group in
                // Single calls of many tasks, which the client must store together.
                for _ in 0..<count {
                    group.addTask { try await lab.jobs.enqueue(TestJobs.$nothing()).id }
                }
                return try await group.reduce(into: []) { $0.append($1) }
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
            try await lab.checkEachRanOnce(ids)
        }
    }

    @Test("An idle server asks the database less than three times in two seconds")
    func idle() async throws {
        try await withBaton { lab in
            try await lab.withServer {
                TestJobs(board: board)
            } while: { _ in
                let job = try await lab.jobs.enqueue(TestJobs.$nothing())
                try await lab.wait(for: job.id, .succeeded)
                let rate = try await lab.idleRate()
                print("an idle server: \(rate.perSecond) statements a second")
                // Of every process there may be a call more than its share in a minute.
                #expect(rate.perSecond < 2, "\(rate)")
                #expect(rate.perSecond > 0, "it renews its lease")
            }
        }
    }

    @Test("Two servers on one queue run each of 2,000 jobs exactly once, and nothing needs mending (I1, I6)")
    func twoServers() async throws {
        try await withBaton { lab in
            let count = 2_000
            let ledger = try await RunLedger(lab)
            var ids: [JobID] = []
            let other = lab.makeNode()
            try await other.running {
                try await lab.withServer {
                    LedgerJobs(ledger: ledger, side: "one")
                } while: { _ in
                    try await lab.withServer(on: other) {
                        LedgerJobs(ledger: ledger, side: "other")
                    } while: { _ in
                        try await lab.untilConsumed("default", by: 2)
                        ids = try await withThrowingTaskGroup(of: [JobID].self) { group in
                            for number in 0..<count / 100 {
                                group.addTask {
                                    let jobs = number % 2 == 0 ? lab.jobs : other.jobs
                                    return try await jobs.enqueue(
                                        contentsOf: (0..<100).map { LedgerJobs.$write(number: number * 100 + $0) }
                                    ).map(\.id)
                                }
                            }
                            return try await group.reduce(into: []) { $0 += $1 }
                        }
                        try await lab.wait(until: count, are: .succeeded)
                    }
                }
            }
            let once = Dictionary(uniqueKeysWithValues: ids.map { (RunLedger.Run(id: $0, run: 1), 1) })
            #expect(once.count == count)
            #expect(try await ledger.runs() == once)
            #expect(try await ledger.value("count(*) FILTER (WHERE ended_at IS NULL)") == 0)
            try await lab.checkEachRanOnce(ids)
            #expect(try await ledger.value("count(DISTINCT side)") == 2, "both servers took part")
            let servers = try await lab.value(
                Int.self,
                "SELECT count(DISTINCT server) FROM @.job_history WHERE state = 'succeeded'"
            )
            #expect(servers == 2)
        }
    }
}
