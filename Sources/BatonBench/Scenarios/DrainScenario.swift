import Baton
import Locking

/// A backlog is run until every job is recorded as succeeded; the clock starts when the first server consumes.
struct DrainScenario: Scenario {
    let jobs: Int
    /// For how many seconds it is waited, after the last job, until the table of jobs is at rest; `nil`: not at all.
    var rest: Int?
    /// What a table at rest may hold, in MB.
    var restingSize = 8.0

    var name: String { "drain" }
    var settings: [String: JSONValue] { [:] }

    func run(_ environment: BenchEnvironment, _ options: RigOptions) async throws -> Figures {
        let recorded = TargetCounter(expecting: jobs)
        let rig = Rig(environment, options, onSuccess: { recorded.add($0.count) })
        return try await rig.running {
            try await Producer(rig.jobs, callers: 2, bulk: 500).enqueue(jobs)
            try await rig.waitUntilPublished()
            await rig.settle()
            // The broker finishes what it does behind its confirms.
            try await Task.sleep(for: .seconds(1))
            let backlog = rest == nil ? nil : try await rig.tableSize()

            let meters = try await Meters(rig)
            let before = try await meters.start()
            return try await rig.withServers {
                NoOp.self
            } while: { start in
                let end = try await recorded.reached.wait()
                var figures = try await meters.figures(since: before, jobs: jobs)
                figures.setDuration(from: start, to: end, jobs: jobs)
                try await rig.verify(jobs, are: .succeeded)
                if let rest, let backlog {
                    figures[.backlogTable] = backlog.table
                    figures[.backlogIndexes] = backlog.indexes
                    try await waitForRest(atMost: rest, rig, &figures)
                }
                return figures
            }
        }
    }

    /// Waits until the database has cleaned up by itself; the servers go on.
    private func waitForRest(atMost seconds: Int, _ rig: Rig, _ figures: inout Figures) async throws {
        let start = MonotonicClock.now
        while true {
            let (size, waited) = (try await rig.tableSize(), Double(MonotonicClock.now - start) / 1e9)
            let isAtRest = size.table <= restingSize
            if isAtRest { figures[.restingAfter] = waited }
            if isAtRest || waited >= Double(seconds) {
                figures[.restingTable] = size.table
                figures[.restingIndexes] = size.indexes
                return
            }
            try await Task.sleep(for: .milliseconds(500))
        }
    }
}
