import Baton
import Locking

/// Single jobs are enqueued on a fixed schedule, whatever becomes of those before.
struct LatencyScenario: Scenario {
    /// Jobs per second.
    let rate: Double
    /// How long jobs are enqueued, in seconds.
    let duration: Double
    /// How long each job takes, in seconds.
    var work = 0.0

    private static let warmUp = 50

    var name: String { "latency" }
    var jobs: Int { max(1, Int(rate * duration)) }
    var settings: [String: JSONValue] { ["rate": .number(rate), "duration": .number(duration), "work": .number(work)] }

    func run(_ environment: BenchEnvironment, _ options: RigOptions) async throws -> Figures {
        let recorder = LatencyRecorder(work: .seconds(work))
        let warmedUp = TargetCounter(expecting: Self.warmUp)
        let recorded = TargetCounter(expecting: Self.warmUp + jobs)
        let rig = Rig(
            environment,
            options,
            onSuccess: {
                recorder.finish($0)
                warmedUp.add($0.count)
                recorded.add($0.count)
            }
        )
        return try await rig.running {
            try await rig.withServers {
                recorder
            } while: { _ in
                for _ in 0..<Self.warmUp {
                    try await rig.jobs.enqueue(TimedNoOp(dueAt: MonotonicClock.now))
                }
                _ = try await warmedUp.reached.wait()
                await rig.settle()
                try await Task.sleep(for: .milliseconds(300))
                recorder.reset()

                let meters = try await Meters(rig)
                let before = try await meters.start()
                let start = MonotonicClock.now
                try await Schedule(rate: rate, count: jobs).run { due in
                    try await rig.jobs.enqueue(TimedNoOp(dueAt: due))
                    recorder.return(dueAt: due)
                }
                let end = try await recorded.reached.wait()
                var figures = try await meters.figures(since: before, jobs: jobs)
                figures.setDuration(from: start, to: end, jobs: jobs)
                figures.setCalls(recorder.calls, returns: recorder.returns, starts: recorder.startsSinceCall)
                figures.setStarts(recorder.starts)
                figures.setFinishes(recorder.finishes)
                try await rig.verify(Self.warmUp + jobs, are: .succeeded)
                return figures
            }
        }
    }
}
