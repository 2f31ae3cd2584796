import Baton
import Foundation
import Locking

/// Many jobs are due at the same time, and single jobs are enqueued on a fixed schedule while they are run.
struct DelayedScenario: Scenario {
    /// How many are due at once.
    let jobs: Int
    /// Jobs enqueued per second meanwhile.
    let rate: Double
    /// How long from the beginning until they are due, in seconds: they must be stored by then.
    let lead: Double

    private static let warmUp = 50

    var name: String { "delayed" }
    var settings: [String: JSONValue] { ["rate": .number(rate)] }

    func run(_ environment: BenchEnvironment, _ options: RigOptions) async throws -> Figures {
        let (recorder, tally) = (LatencyRecorder(), DueTally())
        let (warmedUp, recorded) = (TargetCounter(expecting: Self.warmUp), TargetCounter(expecting: .max))
        let rig = Rig(
            environment,
            options,
            onSuccess: {
                recorder.finish($0)
                warmedUp.add($0.count)
                recorded.add($0.count)
                tally.finish($0)
            }
        )
        return try await rig.running {
            let date = Date(timeIntervalSinceNow: lead)
            try await rig.schedule(jobs, at: date, tally)
            return try await rig.withServers {
                recorder
                tally
            } while: { _ in
                for _ in 0..<Self.warmUp {
                    try await rig.jobs.enqueue(TimedNoOp(dueAt: MonotonicClock.now))
                }
                _ = try await warmedUp.reached.wait()
                await rig.settle()
                let wait = date.timeIntervalSinceNow
                guard wait > 1 else {
                    throw BenchError(.failure, "The jobs were due before all were stored; give it more time by --lead.")
                }
                try await Task.sleep(for: .seconds(wait))
                recorder.reset()

                let meters = try await Meters(rig)
                let before = try await meters.start()
                let start = MonotonicClock.now
                let fresh = Locked(0)
                try await Schedule(rate: rate, count: .max).run(while: { tally.left > 0 }) { due in
                    try await rig.jobs.enqueue(TimedNoOp(dueAt: due))
                    recorder.return(dueAt: due)
                    fresh.withLock { $0 += 1 }
                }
                let end = try await tally.ended.wait()
                let all = Self.warmUp + jobs + fresh.withLock(\.self)
                while recorded.count < all { try await Task.sleep(for: .milliseconds(10)) }
                var figures = try await meters.figures(since: before, jobs: jobs)
                figures.setDuration(from: start, to: end, jobs: jobs)
                figures.setCalls(recorder.calls, returns: recorder.returns, starts: recorder.startsSinceCall)
                figures.setStarts(recorder.starts)
                figures.setFinishes(recorder.finishes)
                figures[.startedTwice] = Double(tally.startedTwice)
                figures[.jobsLost] = Double(tally.left)
                figures.findings["enqueued_meanwhile"] = .integer(fresh.withLock(\.self))
                try await rig.verify(all, are: .succeeded)
                return figures
            }
        }
    }
}
