extension Contest {
    /// How much work the contests are.
    struct Size: Sendable {
        /// Jobs of the contests that count jobs per second.
        var jobs = 100_000
        /// Jobs that are stored one by one.
        var singleJobs = 40_000
        /// Seconds of each latency.
        var seconds = 10
    }

    /// Callers, and connections of the program that they are compared with, where jobs are stored one by one.
    private static let callers = 16
    /// Jobs in a call, and rows in a statement, where they are stored in bulk: what the peers take.
    private static let bulk = 1_000

    /// The rate at which peers are asked for their latency, too.
    static let peerRate = 50

    /// Every contest.
    ///
    /// - Parameters:
    ///   - size: How much work they are.
    ///   - queueType: How the broker keeps the queue, for both sides.
    /// - Returns: The contests, in the order they are measured in.
    static func all(_ size: Size, _ queueType: RigOptions.QueueType) -> [Contest] {
        let queue = ["--queue", queueType.rawValue]
        let jobs = ["--jobs", "\(size.jobs)"]
        return [
            Contest(
                "drain",
                DrainScenario(jobs: size.jobs),
                against: "whole",
                ["drain"] + queue + jobs,
                at: "drain.median",
                goal: .atLeast(0.6),
                peers: ["recorded.median", "drain.median"]
            ),
            Contest(
                "throughput",
                ThroughputScenario(jobs: size.jobs, callers: 1, bulk: 500),
                against: "whole",
                ["throughput"] + queue + jobs,
                at: "throughput.median",
                goal: .atLeast(0.7)
            ),
            Contest(
                "bulk",
                EnqueueScenario(jobs: size.jobs, callers: 1, bulk: bulk),
                against: "pg",
                ["insert", "--batch", "\(bulk)"] + jobs,
                at: "rate.median",
                goal: .atLeast(0.6),
                peers: ["enqueue_bulk.median"]
            ),
            Contest(
                "single",
                EnqueueScenario(jobs: size.singleJobs, callers: callers, bulk: nil),
                against: "pg",
                ["insert-one", "--clients", "\(callers)", "--jobs", "\(size.singleJobs)"],
                at: "rate.median",
                goal: .atLeast(1)
            ),
            latency(rate: peerRate, size, queue, peers: ["enqueue_to_start_ms.p50"]),
            latency(rate: 1_000, size, queue),
            latency(rate: peerRate, size, queue, startsEagerly: true),
            latency(rate: 1_000, size, queue, startsEagerly: true),
        ]
    }

    private static func latency(
        rate: Int,
        _ size: Size,
        _ queue: [String],
        startsEagerly: Bool = false,
        peers: [String] = []
    ) -> Contest {
        Contest(
            "\(startsEagerly ? "eager" : "latency")-\(rate)",
            LatencyScenario(rate: Double(rate), duration: Double(size.seconds)),
            startsEagerly: startsEagerly,
            // All others count from the call, and not from when it was due.
            .startSinceCallP50,
            against: "whole",
            ["latency"] + queue + ["--rate", "\(rate)", "--jobs", "\(rate * size.seconds)"],
            at: "enqueue_to_claim_ms.p50",
            goal: .atMost(1.3),
            peers: peers,
            peerGoal: .atMost(1)
        )
    }
}
