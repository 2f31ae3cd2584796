import Baton

/// Jobs are stored and published while nobody runs them.
struct EnqueueScenario: Scenario {
    let jobs: Int
    /// How many callers there are at a time.
    let callers: Int
    /// How many jobs a call stores; `nil` for calls that store one.
    let bulk: Int?

    private static let warmUp = 200

    var name: String { bulk == nil ? "enqueue" : "enqueue-bulk" }

    let hasServers = false

    var settings: [String: JSONValue] {
        ["callers": .integer(callers), "bulk": bulk.map(JSONValue.integer) ?? .null]
    }

    func run(_ environment: BenchEnvironment, _ options: RigOptions) async throws -> Figures {
        let rig = Rig(environment, options)
        return try await rig.running {
            // Connections, prepared statements and the queue are there before the clock starts.
            try await Producer(rig.jobs, callers: callers, bulk: bulk).enqueue(Self.warmUp)
            try await rig.waitUntilPublished()
            await rig.settle()

            let meters = try await Meters(rig)
            let before = try await meters.start()
            let start = MonotonicClock.now
            try await Producer(rig.jobs, callers: callers, bulk: bulk).enqueue(jobs)
            let stored = MonotonicClock.now
            // What the calls left to be done is part of their cost.
            let published = try await rig.waitUntilPublished()
            var figures = try await meters.figures(since: before, jobs: jobs)
            figures.setDuration(from: start, to: stored, jobs: jobs)
            figures[.publishedPerSecond] = Double(jobs) / (Double(published - start) / 1e9)
            try await rig.verify(Self.warmUp + jobs, are: .enqueued)
            return figures
        }
    }
}

extension Figures {
    /// Takes in how long the jobs took altogether.
    ///
    /// - Parameters:
    ///   - start: When they were begun, by ``MonotonicClock``.
    ///   - end: When they were done.
    ///   - jobs: How many.
    mutating func setDuration(from start: UInt64, to end: UInt64, jobs: Int) {
        let seconds = Double(end - start) / 1e9
        self[.seconds] = seconds
        self[.jobsPerSecond] = Double(jobs) / seconds
    }
}
