import Baton
import Locking

/// Jobs are enqueued and run at the same time, until every one is recorded as succeeded.
struct ThroughputScenario: Scenario {
    let jobs: Int
    /// How many callers enqueue at a time.
    let callers: Int
    /// How many jobs a call stores; `nil` for calls that store one.
    let bulk: Int?

    private static let warmUp = 200

    var name: String { "throughput" }

    var settings: [String: JSONValue] {
        ["callers": .integer(callers), "bulk": bulk.map(JSONValue.integer) ?? .null]
    }

    func run(_ environment: BenchEnvironment, _ options: RigOptions) async throws -> Figures {
        let warmedUp = TargetCounter(expecting: Self.warmUp)
        let recorded = TargetCounter(expecting: Self.warmUp + jobs)
        let rig = Rig(
            environment,
            options,
            onSuccess: {
                warmedUp.add($0.count)
                recorded.add($0.count)
            }
        )
        return try await rig.running {
            try await rig.withServers {
                NoOp.self
            } while: { _ in
                let producer = Producer(rig.jobs, callers: callers, bulk: bulk)
                try await producer.enqueue(Self.warmUp)
                _ = try await warmedUp.reached.wait()
                await rig.settle()
                // Servers are at rest before the clock starts.
                try await Task.sleep(for: .milliseconds(300))

                let meters = try await Meters(rig)
                let before = try await meters.start()
                let start = MonotonicClock.now
                try await producer.enqueue(jobs)
                let end = try await recorded.reached.wait()
                var figures = try await meters.figures(since: before, jobs: jobs)
                figures.setDuration(from: start, to: end, jobs: jobs)
                try await rig.verify(Self.warmUp + jobs, are: .succeeded)
                return figures
            }
        }
    }
}
