import Baton
import EndToEndSupport
import Foundation
import PostgresClient
import RabbitMQClient
import Testing

/// Messages that the broker had confirmed, and has lost.
///
/// Of as many jobs as `BATON_LOSSES` says: the bar is 10,000, more than every run needs. How long repairs took is printed,
/// and nothing is asserted of it.
@Suite("Losses", .serialized, .timeLimit(.minutes(15)))
struct LossTests {
    let tally = Tally()
    let gate = Latch()

    private static let threads = 4
    private static let count = ProcessInfo.processInfo.environment["BATON_LOSSES"].flatMap(Int.init) ?? 2_000

    /// A server whose threads jobs can hold, so that others wait; it helps no publisher that is only slow.
    private var configuration: JobServerConfiguration {
        var configuration = JobServerConfiguration()
        configuration.concurrency = Self.threads
        configuration.lookAhead = 1
        configuration.unpublishedAge = .seconds(3600)
        return configuration
    }

    @Test("The broker comes back without its data: what waited is published again, once, and runs once")
    func wipedBroker() async throws {
        try await withPrivateServers { servers in
            try await withBaton(expecting: .repairs, on: servers.servers) { lab in
                let count = Self.count
                try await lab.withServer(configuration: configuration, probes: true) {
                    TallyJobs(tally: tally)
                    HeldJob.Body { [gate] in try await gate.wait() }
                } while: { server in
                    try await hold(lab)
                    try await lab.jobs.enqueue(contentsOf: (0..<count).map { TallyJobs.$tally(number: $0) })
                    try await confirmed(count, lab)
                    try await servers.kill("rabbitmq")
                    try servers.wipeBroker()
                    try await servers.start("rabbitmq")
                    let start = ContinuousClock.now
                    try await eventually("what waited has its message again") { try await withoutMessage(lab) == 0 }
                    let time = start.duration(to: .now)
                    print("\(count) jobs of a wiped broker: published again \(time) after its return")
                    gate.open()
                    try await lab.wait(until: count + Self.threads, are: .succeeded, within: .seconds(300))
                    // Of jobs that were claimed without them before the server consumed again.
                    try await eventually("messages that came too late are dropped") {
                        try await lab.wakeUps(in: "default") == 0
                    }
                    #expect(!server.hasEnded)
                }
                #expect(tally.all == Tally.once(0..<count))
                #expect(try await lab.value(of: .missingQueues) >= 1)
                #expect(try await mostRepairsOfAJob(lab) == 1, "the queue was found missing once (I6)")
            }
        }
    }

    @Test("A message that goes missing in a queue that is being worked is found, and nothing else is touched")
    func purgedMessage() async throws {
        try await withBaton(expecting: .repairs) { lab in
            let count = Self.count
            try await lab.withServer(configuration: configuration, probes: true) {
                TallyJobs(tally: tally)
                HeldJob.Body { [gate] in try await gate.wait() }
            } while: { _ in
                // Until a message is taken away from under it.
                try await hold(lab)
                try await lab.jobs.enqueue(contentsOf: (0..<count).map { TallyJobs.$tally(number: $0) })
                // At once: as no thread is free, the server sends on one by one what is here in bundles.
                var lost: [String] = []
                try await lab.withBroker { broker in
                    try await eventually("a bundle waits") {
                        let bundle = try await broker.takeMessage(fromQueue: lab.bundleQueue("default"))
                        // A line for each job: its id and its generation.
                        let lines = String(decoding: bundle?.body ?? [], as: UTF8.self).split(separator: "\n")
                        lost = lines.map(String.init)
                        return !lost.isEmpty
                    }
                }
                try await confirmed(count, lab)
                let start = ContinuousClock.now
                gate.open()
                try await lab.wait(until: count + Self.threads, are: .succeeded, within: .seconds(300))
                print("\(lost.count) jobs of a message taken from \(count): run \(start.duration(to: .now)) after that")
                let repaired = try await lab.query(
                    "SELECT job_id || ':' || generation FROM @.job_history WHERE reason = 'lost'"
                ).map { try $0.decode(String.self, 0) }
                #expect(repaired.sorted() == lost.map { $0.lowercased() }.sorted(), "those that were lost, each once")
                #expect(try await lab.value(of: .repairedLost) == lost.count)
            }
            #expect(tally.all == Tally.once(0..<count))
            #expect(try await lab.value(of: .duplicateDeliveries) == 0, "nothing was published that was not lost (I6)")
        }
    }

    /// Of as many jobs as `BATON_BACKLOG` says: the bar is 500,000, too many for every run.
    @Test("A backlog is no loss, however old")
    func oldBacklog() async throws {
        try await withBaton { lab in
            let count = ProcessInfo.processInfo.environment["BATON_BACKLOG"].flatMap(Int.init) ?? 1_000
            var quick = configuration
            quick.reconcileInterval = .milliseconds(200)
            try await lab.withServer(configuration: quick, probes: true) {
                TallyJobs(tally: tally)
                HeldJob.Body { [gate] in try await gate.wait() }
            } while: { _ in
                try await hold(lab)
                for first in stride(from: 0, to: count, by: 5_000) {
                    let numbers = first..<min(first + 5_000, count)
                    try await lab.jobs.enqueue(contentsOf: numbers.map { TallyJobs.$tally(number: $0) })
                }
                try await confirmed(count, lab)
                try await lab.query(
                    """
                    UPDATE @.active_job SET enqueued_at = enqueued_at - interval '2 hours', state_at = state_at - interval '2 hours'
                    WHERE session IS NOT NULL
                    """
                )
                try await eventually("the queue is probed, and the probe waits behind the backlog") {
                    try await lab.value(Int.self, "SELECT count(*) FROM @.probe WHERE phase = 1") == 1
                }
                gate.open()
                try await lab.wait(until: count + Self.threads, are: .succeeded, within: .seconds(300 + count / 500))
                try await eventually("the probe is back, and has found nothing") {
                    try await lab.value(Int.self, "SELECT count(*) FROM @.probe WHERE id IS NOT NULL") == 0
                }
            }
            #expect(try await lab.value(of: .repairedLost) == 0)
            #expect(try await lab.value(of: .duplicateDeliveries) == 0)
        }
    }

    /// With one thread, which a job holds, the others are given back at each heartbeat, and no round is ever concluded.
    @Test("A message that goes missing where deliveries are given back all the time is found at last")
    func restlessQueue() async throws {
        var configuration = configuration
        configuration.concurrency = 1
        configuration.lookAhead = 8
        configuration.acknowledgeAfter = .seconds(1)
        configuration.reconcileInterval = .milliseconds(500)
        configuration.lostAge = .seconds(1)
        configuration.consumerQuiet = .seconds(5)
        configuration.probePatience = .seconds(2)
        try await withBaton(expecting: .repairs) { lab in
            // Of two: should the server claim one without its message before it consumes, it claims the first.
            var jobs = [try await lab.jobs.enqueue(HeldJob()).id, try await lab.jobs.enqueue(HeldJob()).id]
            try await confirmed(2, of: HeldJob.name, lab)
            try await lab.withBroker { broker in
                for _ in 0..<2 {
                    let message = try await broker.takeMessage(fromQueue: lab.dispatchQueue("default"))
                    #expect(message != nil)
                }
            }
            let lost = jobs[1]
            try await lab.withServer(configuration: configuration, probes: true) {
                HeldJob.Body { [gate] in try await gate.wait() }
            } while: { _ in
                for _ in 0..<3 { jobs.append(try await lab.jobs.enqueue(HeldJob()).id) }
                try await eventually("the job has its message again", within: .seconds(300)) {
                    try await lab.node.storage.history(of: lost).contains { $0.reason == RepairReason.lost }
                }
                #expect(try await lab.value(of: .suspectedLosses) >= 1)
                #expect(try await lab.value(of: .voidProbes) >= ProbeRound.voidLimit)
                gate.open()
                try await lab.wait(until: jobs.count, are: .succeeded, within: .seconds(300))
                try await eventually("copies of what had its message all the same are dropped") {
                    try await lab.wakeUps(in: "default") == 0
                }
            }
            for job in jobs {
                let snapshot = try await lab.node.storage.job(job)
                #expect(snapshot?.run == 1 && snapshot?.generation == 1)
            }
        }
    }

    // MARK: Steps

    /// Keeps all threads busy until the gate opens.
    private func hold(_ lab: Lab) async throws {
        let jobs = try await lab.jobs.enqueue(contentsOf: (0..<Self.threads).map { _ in HeldJob() })
        for job in jobs {
            try await lab.wait(for: job.id, .processing)
        }
    }

    /// Waits until storage knows that the broker has so many messages.
    private func confirmed(_ count: Int, of name: String = "chaos.tally", _ lab: Lab) async throws {
        try await eventually("the broker's confirms are stored") {
            try await lab.value(
                Bool.self,
                """
                SELECT count(*) >= $1 FROM @.active_job AS j JOIN @.publisher_session AS s ON s.session = j.session
                WHERE j.type = $2 AND j.seq < s.confirmed_below AND j.seq <> ALL (s.pending)
                """,
                count,
                name
            )
        }
    }

    /// How many jobs wait that have not been published again, nor put back by a server that had them in its hands.
    private func withoutMessage(_ lab: Lab) async throws -> Int {
        try await lab.value(
            Int.self,
            """
            SELECT count(*) FROM @.active_job AS j JOIN @.jobs AS v USING (id)
            WHERE j.type = 'chaos.tally' AND v.state = 'enqueued' AND cardinality(j.history) = 1
            """
        )
    }

    private func mostRepairsOfAJob(_ lab: Lab) async throws -> Int {
        try await lab.value(
            Int.self,
            """
            SELECT coalesce(max(repairs), 0)::bigint FROM (
                SELECT count(*) AS repairs FROM @.job_history WHERE reason = 'lost' GROUP BY job_id
            ) AS job
            """
        )
    }
}
