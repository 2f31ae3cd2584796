import Baton
import Locking
import RabbitMQClient

/// Jobs are published much faster than they are run, and a few are enqueued by the client meanwhile.
struct FloodScenario: Scenario {
    /// How much faster than they are run.
    let factor: Int
    /// How long, in seconds.
    let duration: Double
    /// Jobs that the client enqueues per second meanwhile.
    let rate: Double
    /// When it ends before its time, if the broker has refused some by then, in seconds.
    var endWhenRefused = Double.infinity

    /// How long a job takes, in milliseconds.
    private static let milliseconds = 50
    /// How many are published at a time.
    private static let batch = 100

    var name: String { "flood" }
    /// Those that the client enqueues in all the time; how many the broker takes shows only then.
    var jobs: Int { max(1, Int(rate * duration)) }
    var settings: [String: JSONValue] {
        ["factor": .integer(factor), "duration": .number(duration), "rate": .number(rate)]
    }

    func run(_ environment: BenchEnvironment, _ options: RigOptions) async throws -> Figures {
        let (enqueued, submitted) = (LatencyRecorder(), SubmissionRecorder())
        let recorded = TargetCounter(expecting: .max)
        let rig = Rig(
            environment,
            options,
            onSuccess: {
                enqueued.finish($0)
                recorded.add($0.count)
            }
        )
        // The most that its threads can do.
        let capacity = options.server.concurrency * options.servers * 1_000 / Self.milliseconds
        return try await rig.running {
            try await rig.withServers {
                enqueued
                submitted
            } while: { _ in
                try await rig.withProducer { producer in
                    try await producer.publish(SubmittedNoOp(dueAt: MonotonicClock.now))
                    let tally = FloodTally()
                    let meters = try await Meters(rig)
                    let before = try await meters.start()
                    let start = MonotonicClock.now
                    let rateOfBatches = Double(capacity * factor) / Double(Self.batch)
                    let batches = max(1, Int(rateOfBatches * duration))
                    let earliestEnd = Double(start) + endWhenRefused * 1e9
                    let goesOn = { @Sendable in tally.refused == 0 || Double(MonotonicClock.now) < earliestEnd }
                    try await withThrowingTaskGroup(of: Void.self) { group in
                        group.addTask {
                            try await Schedule(rate: rateOfBatches, count: batches).run(while: goesOn) { due in
                                // A producer that is pushed back waits for answers; it does not pile up what it has.
                                guard tally.begin(atMost: 20) else { return }
                                let jobs = (0..<Self.batch).map { _ in
                                    SubmittedNoOp(dueAt: due, milliseconds: Self.milliseconds)
                                }
                                tally.end(taken: try await producer.publish(contentsOf: jobs), of: jobs.count)
                            }
                        }
                        group.addTask {
                            try await Schedule(rate: rate, count: jobs).run(while: goesOn) { due in
                                try await rig.jobs.enqueue(TimedNoOp(dueAt: due))
                                enqueued.return(dueAt: due)
                                tally.enqueue()
                            }
                        }
                        group.addTask {
                            try await Schedule(rate: 1, count: max(1, Int(duration))).run(while: goesOn) { _ in
                                tally.look()
                            }
                        }
                        try await group.waitForAll()
                    }
                    let all = 1 + tally.taken + tally.enqueued
                    try await rig.wait(until: all, of: recorded)
                    let end = MonotonicClock.now
                    var figures = try await meters.figures(since: before, jobs: all)
                    figures.setDuration(from: start, to: end, jobs: all)
                    figures.setCalls(nil, returns: enqueued.returns, starts: nil)
                    figures.setStarts(enqueued.starts)
                    figures.setFinishes(enqueued.finishes)
                    figures.setFlood(tally)
                    figures[.startedTwice] = Double(submitted.startedTwice)
                    try await rig.verify(all, are: .succeeded)
                    return figures
                }
            }
        }
    }
}
