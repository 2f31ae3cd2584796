import Baton
import Locking
import Logging
import RabbitMQClient

/// Single jobs come in turns from the client and, as from any other language, over the broker.
struct SubmitScenario: Scenario {
    /// Jobs per second, both ways together.
    let rate: Double
    /// How long jobs come, in seconds.
    let duration: Double

    private static let warmUp = 50

    var name: String { "submit" }
    /// As many of each way.
    var jobs: Int { max(2, Int(rate * duration) / 2 * 2) }
    var settings: [String: JSONValue] { ["rate": .number(rate), "duration": .number(duration)] }

    func run(_ environment: BenchEnvironment, _ options: RigOptions) async throws -> Figures {
        let (enqueued, submitted) = (LatencyRecorder(), SubmissionRecorder())
        let warmedUp = TargetCounter(expecting: 2 * Self.warmUp)
        let recorded = TargetCounter(expecting: 2 * Self.warmUp + jobs)
        let rig = Rig(
            environment,
            options,
            onSuccess: {
                enqueued.finish($0)
                submitted.times.finish($0)
                warmedUp.add($0.count)
                recorded.add($0.count)
            }
        )
        return try await rig.running {
            try await rig.withServers {
                enqueued
                submitted
            } while: { _ in
                try await rig.withProducer { producer in
                    for _ in 0..<Self.warmUp {
                        try await rig.jobs.enqueue(TimedNoOp(dueAt: MonotonicClock.now))
                        try await producer.publish(SubmittedNoOp(dueAt: MonotonicClock.now))
                    }
                    _ = try await warmedUp.reached.wait()
                    await rig.settle()
                    try await Task.sleep(for: .milliseconds(300))
                    enqueued.reset()
                    submitted.times.reset()

                    let meters = try await Meters(rig)
                    let before = try await meters.start()
                    let start = MonotonicClock.now
                    let turn = Locked(0)
                    try await Schedule(rate: rate, count: jobs).run { due in
                        let isSubmission = turn.withLock { turn in
                            turn += 1
                            return turn.isMultiple(of: 2)
                        }
                        if isSubmission {
                            try await producer.publish(SubmittedNoOp(dueAt: due))
                        } else {
                            try await rig.jobs.enqueue(TimedNoOp(dueAt: due))
                        }
                    }
                    try await rig.wait(until: 2 * Self.warmUp + jobs, of: recorded)
                    let end = try await recorded.reached.wait()
                    var figures = try await meters.figures(since: before, jobs: jobs)
                    figures.setDuration(from: start, to: end, jobs: jobs)
                    figures.setStarts(submitted.times.starts)
                    figures.setFinishes(submitted.times.finishes)
                    figures.setEnqueued(starts: enqueued.starts, submissions: submitted.times.starts)
                    figures[.startedTwice] = Double(submitted.startedTwice)
                    try await rig.verify(2 * Self.warmUp + jobs, are: .succeeded)
                    return figures
                }
            }
        }
    }
}
