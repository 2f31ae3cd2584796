import Baton
import Foundation
import Locking
import PostgresClient

/// Single jobs are enqueued on a fixed schedule while a server goes away and comes back.
struct OutageScenario: Scenario {
    /// What goes away.
    let outage: Outage
    /// Jobs per second.
    let rate: Double
    /// `deploy/services`.
    let script: String

    /// How long jobs may take to end once the last is enqueued, before they count as lost.
    private static let patience = Duration.seconds(180)

    var name: String { "outage" }
    /// What the schedule would enqueue at least; the server takes its own time to stop and to start.
    var jobs: Int { Int(rate * (Double(outage.times) * (outage.away + outage.apart) + outage.apart)) }
    var settings: [String: JSONValue] {
        [
            "rate": .number(rate), "server": .string(outage.server.rawValue),
            "manner": .string(outage.manner.rawValue), "times": .integer(outage.times),
            "away_seconds": .number(outage.away), "apart_seconds": .number(outage.apart),
        ]
    }

    func run(_ environment: BenchEnvironment, _ options: RigOptions) async throws -> Figures {
        let recorder = OutageRecorder()
        let rig = Rig(environment, options)
        return try await rig.running {
            try await rig.withServers {
                recorder
            } while: { _ in
                let windows = Locked<[ClosedRange<UInt64>]>([])
                let isOver = Locked(false)
                let start = MonotonicClock.now
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask {
                        try await outage.run(script) { window in windows.withLock { $0.append(window) } }
                        isOver.withLock { $0 = true }
                    }
                    group.addTask {
                        let schedule = Schedule(rate: rate, count: .max)
                        try await schedule.run(while: { !isOver.withLock(\.self) }) { due in
                            await recorder.note(dueAt: due) { try await rig.jobs.enqueue(NotedNoOp(dueAt: due)).id }
                        }
                    }
                    try await group.waitForAll()
                }
                return try await figures(rig, recorder, windows.withLock(\.self), since: start)
            }
        }
    }

    private func figures(
        _ rig: Rig,
        _ recorder: OutageRecorder,
        _ windows: [ClosedRange<UInt64>],
        since start: UInt64
    ) async throws -> Figures {
        let succeeded = try await waitUntilAllHaveEnded(rig, recorder.stored)
        var figures = Figures()
        figures.setDuration(from: start, to: MonotonicClock.now, jobs: recorder.stored.count)
        figures.setStarts(recorder.starts())
        figures.setOutage(starts: recorder.starts(in: windows), returns: recorder.returns(in: windows))
        let returns = recorder.returns()
        (figures[.returnP50], figures[.returnP99]) = (returns?.p50, returns?.p99)
        figures[.enqueuesStored] = Double(recorder.stored.count)
        figures[.enqueuesFailed] = Double(recorder.failedCount)
        figures[.jobsLost] = Double(recorder.stored.subtracting(succeeded).count)
        figures[.startedTwice] = Double(recorder.startedTwice)
        figures[.storedTwice] = try await number(
            "SELECT count(*) - count(DISTINCT arguments ->> 'dueAt') FROM @.jobs",
            rig
        )
        figures[.endedTwice] = try await number(
            """
            SELECT count(*) FROM (
                SELECT FROM @.job_history WHERE state = 'succeeded' GROUP BY job_id HAVING count(*) > 1
            ) AS job
            """,
            rig
        )
        let memory = ResidentMemory.current()
        (figures[.peakMemory], figures[.memory]) = (memory?.peak, memory?.now)
        return figures
    }

    /// Waits until no job that was stored is left, or for as long as is reasonable.
    ///
    /// - Returns: The jobs that succeeded.
    private func waitUntilAllHaveEnded(_ rig: Rig, _ stored: Set<JobID>) async throws -> Set<JobID> {
        let deadline = ContinuousClock.now + Self.patience
        var succeeded: Set<JobID> = []
        while true {
            try await Task.sleep(for: .milliseconds(500))
            let ids = try await rig.database.query(
                statement("SELECT id FROM @.jobs WHERE state = 'succeeded'", rig)
            )
            succeeded = try Set(ids.map { JobID(try $0.decode(UUID.self, 0)) })
            let left = try await number("SELECT count(*) FROM @.jobs WHERE state <> 'succeeded'", rig)
            // Calls that threw may have stored their jobs all the same.
            if left == 0, stored.isSubset(of: succeeded) || ContinuousClock.now >= deadline { return succeeded }
            if ContinuousClock.now >= deadline { return succeeded }
        }
    }

    private func number(_ sql: String, _ rig: Rig) async throws -> Double {
        let row = try await rig.database.query(statement(sql, rig)).first
        return Double(try row?.decode(Int.self, 0) ?? 0)
    }

    private func statement(_ sql: String, _ rig: Rig) -> PostgresStatement {
        PostgresStatement(sql.replacing("@.", with: "\"\(rig.namespace)\"."), prepared: false)
    }
}
