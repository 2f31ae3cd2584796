import Baton
import Foundation
import PostgresClient

/// An entry makes a job every second while servers are killed and started again, and PostgreSQL is.
struct RecurringScenario: Scenario {
    /// How many seconds, each with an occurrence.
    let duration: Int
    /// How long what is killed is away, in seconds; `nil`: nothing is killed.
    let away: Double?
    /// `deploy/services`.
    let script: String

    private static let entry = "bench"
    /// How long an occurrence may take to make its job, and a job to end, before it counts as missing.
    private static let patience = Duration.seconds(60)
    /// How long after its return what was killed still counts as away: others notice it, and that it is back.
    private static let aftermath = 5.0

    var name: String { "recurring" }
    var jobs: Int { duration }
    var settings: [String: JSONValue] { ["away_seconds": away.map(JSONValue.number) ?? .null] }

    func run(_ environment: BenchEnvironment, _ options: RigOptions) async throws -> Figures {
        let rig = Rig(environment, options)
        let log = try StartLog()
        defer { log.remove() }
        return try await rig.running {
            let crew = ServerCrew(ServerCommand.arguments(namespace: rig.namespace, options), log: log)
            return try await crew.running(options.servers) { try await measure(rig, crew, log) }
        }
    }

    private func measure(_ rig: Rig, _ crew: ServerCrew, _ log: StartLog) async throws -> Figures {
        await rig.settle()
        let zero = try await zeroOfTheDatabase(rig)
        let start = MonotonicClock.now
        let policy = RecurringPolicy(misfire: .fireEach(atMost: 1_000))
        let entry = try await rig.jobs.recurring.set(Self.entry, .cron("* * * * * *"), ToldNoOp(), policy: policy)
        guard let first = entry.nextAt else { throw BenchError(.failure, "The entry is not due: \(entry).") }
        let due = (0..<duration).map { first.addingTimeInterval(Double($0)) }
        let windows = try await disturb(crew)
        try await waitUntilDecided(rig, due[duration - 1])
        let (made, succeeded) = try await waitUntilEnded(rig)

        var figures = Figures()
        figures.setDuration(from: start, to: MonotonicClock.now, jobs: duration)
        let occurrences = due.map { date in
            (
                dueAt: UInt64(zero + date.timeIntervalSince1970 * 1e9),
                jobs: made[RecurringReason.occurrence(of: Self.entry, at: date), default: []]
            )
        }
        OccurrenceTally(occurrences: occurrences, starts: log.starts, succeeded: succeeded, windows: windows)
            .report(to: &figures)
        return figures
    }

    /// Kills one server, PostgreSQL, and another server, at equal distances.
    ///
    /// - Returns: When one of them was not there.
    private func disturb(_ crew: ServerCrew) async throws -> [ClosedRange<UInt64>] {
        guard let away else {
            try await Task.sleep(for: .seconds(duration))
            return []
        }
        let begin = ContinuousClock.now
        var windows: [ClosedRange<UInt64>] = []
        for (number, turn) in [nil, Outage.Server.postgres, nil].enumerated() {
            try await Task.sleep(until: begin + .seconds(Double(duration) * (Double(number) + 0.5) / 3))
            if let server = turn {
                let outage = Outage(server: server, manner: .stop, times: 1, away: away, apart: 0.001)
                try await outage.run(script) { windows.append($0) }
            } else {
                let start = MonotonicClock.now
                try await crew.restart(number, away: .seconds(away))
                windows.append(start...(MonotonicClock.now + UInt64(Self.aftermath * 1e9)))
            }
        }
        try await Task.sleep(until: begin + .seconds(duration))
        return windows
    }

    /// What ``MonotonicClock`` said in 1970, as it were, by the database's clock, in nanoseconds: the closest of some looks.
    private func zeroOfTheDatabase(_ rig: Rig) async throws -> Double {
        var best: (trip: UInt64, zero: Double)?
        for _ in 0..<10 {
            let before = MonotonicClock.now
            let statement = PostgresStatement("SELECT clock_timestamp()", prepared: false)
            guard let date = try await rig.database.query(statement).first?.decode(Date.self, 0) else { continue }
            let trip = MonotonicClock.now - before
            if best.map({ trip < $0.trip }) ?? true {
                best = (trip, Double(before) + Double(trip) / 2 - date.timeIntervalSince1970 * 1e9)
            }
        }
        guard let best else { throw BenchError(.failure, "The database does not say what time it is.") }
        return best.zero
    }

    /// Waits until servers have come to what follows the last occurrence, then lets the entry rest.
    private func waitUntilDecided(_ rig: Rig, _ last: Date) async throws {
        let deadline = ContinuousClock.now + Self.patience
        while let next = try await rig.jobs.recurring.entry(Self.entry)?.nextAt, next <= last,
            ContinuousClock.now < deadline
        {
            try await Task.sleep(for: .milliseconds(200))
        }
        _ = try await rig.jobs.recurring.pause(Self.entry)
    }

    /// Waits until no job is left, or for as long as is reasonable.
    ///
    /// - Returns: The jobs by what their histories say of why there are such, and those that succeeded.
    private func waitUntilEnded(_ rig: Rig) async throws -> (made: [String: [JobID]], succeeded: Set<JobID>) {
        let deadline = ContinuousClock.now + Self.patience
        // From the jobs' own histories: what the entry's says could not show a second job.
        let sql = """
            SELECT h.job_id, h.reason, j.state = 'succeeded'
            FROM "\(rig.namespace)".job_history AS h JOIN "\(rig.namespace)".jobs AS j ON j.id = h.job_id WHERE h.seq = 1
            """
        while true {
            var (made, succeeded, left) = ([String: [JobID]](), Set<JobID>(), 0)
            for row in try await rig.database.query(PostgresStatement(sql, prepared: false)) {
                let (uuid, reason, hasSucceeded) = try row.decode((UUID, String, Bool).self)
                made[reason, default: []].append(JobID(uuid))
                if hasSucceeded { succeeded.insert(JobID(uuid)) } else { left += 1 }
            }
            if left == 0 || ContinuousClock.now >= deadline { return (made, succeeded) }
            try await Task.sleep(for: .milliseconds(200))
        }
    }
}
