import Baton
import Locking
import PostgresClient
import RabbitMQClient
import Testing

@testable import BatonBench

@Suite("Runs on the servers", .timeLimit(.minutes(15)))
struct RigTests {
    @Test(
        "A database that may lose commits is refused",
        arguments: [
            ("off", "on"), ("on", "off"), ("on", "local"), ("on", "remote_write"),
        ]
    )
    func notDurable(fsync: String, commit: String) {
        let error = #expect(throws: BenchError.self) {
            try Durability.check(fsync: fsync, synchronousCommit: commit)
        }
        #expect(error?.code == .notDurable)
    }

    @Test("A durable database is taken", arguments: ["on", "remote_apply"])
    func durable(commit: String) throws {
        try Durability.check(fsync: "on", synchronousCommit: commit)
    }

    @Test("A missing variable is named")
    func environment() throws {
        let error = #expect(throws: BenchError.self) {
            try BenchEnvironment(["BATON_POSTGRES_URL": "postgresql://u:secret@h/d"])
        }
        #expect(error?.message.contains("BATON_RABBITMQ_URL") == true)
        #expect(error?.message.contains("secret") == false)
    }

    @Test("Every scenario measures, finds its jobs in SQL, and leaves nothing behind")
    func scenarios() async throws {
        let environment = try BenchEnvironment()
        var options = RigOptions()
        options.namespace = "bench_" + String(UInt64.random(in: .min ... .max), radix: 16)
        let scenarios: [any Scenario] = [
            EnqueueScenario(jobs: 50, callers: 4, bulk: nil),
            EnqueueScenario(jobs: 50, callers: 2, bulk: 20),
            DrainScenario(jobs: 50),
            ThroughputScenario(jobs: 50, callers: 1, bulk: 20),
            LatencyScenario(rate: 100, duration: 0.5),
        ]
        for scenario in scenarios {
            let figures = try await scenario.run(environment, options)
            let name = scenario.name
            #expect(figures[.jobsPerSecond] ?? 0 > 0, "\(name)")
            #expect(figures[.batonMicroseconds] ?? 0 > 0, "\(name)")
            #expect(figures[.walBytes] ?? 0 > 100, "\(name)")
            #expect(figures[.statements] ?? 0 > 0, "\(name)")
            #expect((figures[.startP50] != nil) == (name == "latency"), "\(name)")
            #expect((figures[.finishP50] != nil) == (name == "latency"), "\(name)")
        }
        // The same name can be used again each time, so each has removed its schema; and its queue is gone, too.
        let rig = Rig(environment, options)
        for queue in rig.brokerQueues {
            #expect(try await rig.withBroker { try await $0.state(ofQueue: queue) } == nil)
        }
    }

    @Test("Of finished jobs those are removed that are not to stay", arguments: [nil, 3])
    func retention(kept: Int?) async throws {
        let figures = try await RetentionScenario(jobs: 30, kept: kept).run(BenchEnvironment(), RigOptions())
        #expect(figures[.seconds] ?? 0 > 0)
        #expect(figures[.retentionLongest] ?? 0 > 0)
    }

    @Test("A table that is at rest is told of")
    func rest() async throws {
        let figures = try await DrainScenario(jobs: 50, rest: 60).run(BenchEnvironment(), RigOptions())
        #expect(figures[.backlogTable] ?? 0 > 0)
        #expect(figures[.restingAfter] != nil)
        let never = try await DrainScenario(jobs: 50, rest: 1, restingSize: -1).run(BenchEnvironment(), RigOptions())
        #expect(never[.restingAfter] == nil)
        #expect(never[.restingTable] ?? 0 > 0)
    }

    @Test("What other programs publish is measured and found in SQL, and its queues are gone afterwards")
    func submissions() async throws {
        let environment = try BenchEnvironment()
        var options = RigOptions()
        options.namespace = "bench_" + String(UInt64.random(in: .min ... .max), radix: 16)
        options.submissions = SubmissionTerms()
        let submit = try await SubmitScenario(rate: 100, duration: 0.5).run(environment, options)
        #expect(submit[.submissionRatio] ?? 0 > 0)
        #expect(submit[.startedTwice] == 0)

        // Threads for 20 a second, ten times as many published, and room for a hundred. A busy machine may take long to
        // fill it: servers look once in a while what waits, and a producer may be no faster than they are.
        options.concurrency = 1
        options.submissions = SubmissionTerms(queued: 50, backlog: 50)
        var scenario = FloodScenario(factor: 10, duration: 60, rate: 5)
        scenario.endWhenRefused = 3
        let flood = try await scenario.run(environment, options)
        #expect(flood[.submissionsRefused] ?? 0 > 0, "the broker pushes back")
        #expect(flood[.submissionsTaken] ?? 0 > 0)
        #expect(flood[.startedTwice] == 0)
        let rig = Rig(environment, options)
        for queue in rig.brokerQueues + ["submit.default", "rejected"].map({ "\(rig.namespace).\($0)" }) {
            #expect(try await rig.withBroker { try await $0.state(ofQueue: queue) } == nil)
        }
    }

    @Test("A namespace that is there already is refused, and stays")
    func taken() async throws {
        var options = RigOptions()
        options.namespace = "public"
        let rig = Rig(try BenchEnvironment(), options)
        let error = await #expect(throws: BenchError.self) { try await rig.running {} }
        #expect(error?.code == .notConfigured)
    }

    @Test("A cancelled run removes what it has made")
    func cancelled() async throws {
        var options = RigOptions()
        options.namespace = "bench_" + String(UInt64.random(in: .min ... .max), radix: 16)
        let rig = Rig(try BenchEnvironment(), options)
        let begun = OneTimeSignal<Void>()
        let run = Task {
            try await rig.running {
                try await rig.jobs.enqueue(NoOp())
                try await rig.waitUntilPublished()
                begun.send(())
                try await Task.sleep(for: .seconds(600))
            }
        }
        try await begun.wait()
        run.cancel()
        await #expect(throws: (any Error).self) { try await run.value }
        for queue in rig.brokerQueues {
            #expect(try await rig.withBroker { try await $0.state(ofQueue: queue) } == nil)
        }
        // Its schema is gone: the name is free.
        try await Rig(try BenchEnvironment(), options).running {}
    }
}
