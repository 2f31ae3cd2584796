import Baton
import Locking

/// A backlog is run until every job is recorded as succeeded; the clock starts when the first server consumes.
struct DrainScenario: Scenario {
    let jobs: Int

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

            let meters = try await Meters(rig)
            let before = try await meters.start()
            return try await rig.withServers {
                NoOp.self
            } while: { start in
                let end = try await recorded.reached.wait()
                var figures = try await meters.figures(since: before, jobs: jobs)
                figures.setDuration(from: start, to: end, jobs: jobs)
                try await rig.verify(jobs, are: .succeeded)
                return figures
            }
        }
    }
}
