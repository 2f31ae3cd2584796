import Baton
import EndToEndSupport
import Foundation
import Testing

@Suite("PostgreSQL alone", .timeLimit(.minutes(15)))
struct StorageAloneTests {
    @Test("Without a transport jobs run once, with the same states, results and history, and leave no marks")
    func fireAndForget() async throws {
        try await withBaton(by: .none) { lab in
            try await lab.withServer(queues: ["urgent", "default"]) {
                Doubling.self
            } while: { _ in
                let one = try await lab.jobs.enqueue(Doubling(number: 21))
                let urgent = try await lab.jobs.enqueue(Doubling(number: 4), options: JobOptions(queue: "urgent"))
                let many = try await lab.jobs.enqueue(contentsOf: (0..<2_000).map { Doubling(number: $0) })
                try await lab.wait(until: 2_002, are: .succeeded)
                #expect(try await one.result() == 42)
                #expect(try await urgent.result() == 8)
                #expect(try await many[1_999].result() == 3_998)
                #expect(try await one.history().map(\.state) == [.enqueued, .processing, .succeeded])
                #expect(try await one.history().map(\.attempt) == [0, 1, 1])
                try await lab.checkEachRanOnce([one.id, urgent.id] + many.map(\.id))
            }
            #expect(try await lab.value(Int.self, "SELECT count(*) FROM @.publisher_session") == 0)
            #expect(try await lab.messages(in: lab.dispatchQueue("default")) == 0)
        }
    }

    @Test("Delayed jobs start when they are due, failed ones are tried again, unknown ones wait for who knows them")
    func timeAndRetries() async throws {
        try await withBaton(by: .none) { lab in
            var configuration = JobServerConfiguration()
            configuration.retryPolicy = RetryPolicy { _, _ in .milliseconds(100) }
            // So that only a wake-up can be what starts them.
            configuration.schedulePollInterval = .seconds(3600)
            let unknown = try await lab.jobs.enqueue(Doubling(number: 1))
            try await lab.withServer(configuration: configuration) {
                Stumbling.self
            } while: { _ in
                let late = try await lab.jobs.schedule(Stumbling(times: 0), in: .milliseconds(700))
                let soon = try await lab.jobs.schedule(Stumbling(times: 2), in: .milliseconds(200))
                try await lab.wait(for: soon.id, .succeeded)
                #expect(try await soon.result() == 3)
                let done = try await lab.wait(for: late.id, .succeeded)
                #expect(done.stateAt.timeIntervalSince(done.createdAt) >= 0.7)
                #expect(try await unknown.status()?.state == .enqueued)
            }
            try await lab.withServer {
                Doubling.self
            } while: { _ in
                try await lab.wait(for: unknown.id, .succeeded)
            }
        }
    }

    @Test("Two servers share what several processes enqueue, each job in one run")
    func twoServers() async throws {
        try await withBaton(by: .none) { lab in
            let (one, other) = (lab.makeNode(), lab.makeNode())
            try await one.running {
                try await other.running {
                    try await lab.withServer(on: one) {
                        Doubling.self
                    } while: { _ in
                        try await lab.withServer(on: other) {
                            Doubling.self
                        } while: { _ in
                            var ids: [JobID] = []
                            for node in [lab.node, one, other] {
                                for number in 0..<100 {
                                    ids.append(try await node.jobs.enqueue(Doubling(number: number)).id)
                                }
                                let many = (0..<500).map { Doubling(number: $0) }
                                ids += try await node.jobs.enqueue(contentsOf: many).map(\.id)
                            }
                            try await lab.wait(until: 1_800, are: .succeeded)
                            try await lab.checkEachRanOnce(ids)
                        }
                    }
                }
            }
        }
    }

    @Test("The jobs of a server that dies start elsewhere when its lease is over")
    func death() async throws {
        try await withBaton(expecting: [.repairs, .fencedCompletions], by: .none) { lab in
            var configuration = JobServerConfiguration()
            configuration.heartbeatInterval = .milliseconds(300)
            // No stall of a busy machine ends it before its server is killed.
            configuration.lease = .seconds(15)
            configuration.reconcileInterval = .milliseconds(300)
            let (gate, victim) = (Latch(), lab.makeNode())
            try await victim.running {
                let waiting = try await lab.withServer(on: victim, configuration: configuration) {
                    Waiting.Receiver(gate: gate)
                } while: { server in
                    let job = try await lab.jobs.enqueue(Waiting())
                    try await eventually("it runs") { try await job.status()?.state == .processing }
                    try await server.kill()
                    return job
                }
                gate.open()
                // This one lives, however slow the machine is.
                configuration.lease = .seconds(60)
                try await lab.withServer(configuration: configuration) {
                    Waiting.Receiver(gate: gate)
                } while: { _ in
                    let job = try await lab.wait(for: waiting.id, .succeeded)
                    #expect((job.run, job.generation) == (2, 2))
                }
            }
        }
    }

    @Test("An idle server asks the database less than three times in two seconds")
    func idle() async throws {
        try await withBaton(by: .none) { lab in
            try await lab.withServer {
                Doubling.self
            } while: { _ in
                let job = try await lab.jobs.enqueue(Doubling(number: 1))
                try await lab.wait(for: job.id, .succeeded)
                let rate = try await lab.idleRate()
                print("an idle server without a broker: \(rate.perSecond) statements a second")
                // Of every process there may be a call more than its share in a minute.
                #expect(rate.perSecond < 2, "\(rate)")
                #expect(rate.perSecond > 0, "it renews its lease")
            }
        }
    }

    @Test("With a broker that nobody can reach jobs run all the same")
    func brokerOutOfReach() async throws {
        var client = JobClientConfiguration()
        client.flushTimeout = .milliseconds(200)
        try await withBaton(by: .brokerOutOfReach, configuration: client) { lab in
            try await lab.withServer {
                Doubling.self
            } while: { _ in
                let handles = try await lab.jobs.enqueue(contentsOf: (0..<500).map { Doubling(number: $0) })
                try await lab.wait(until: 500, are: .succeeded)
                try await lab.checkEachRanOnce(handles.map(\.id))
                let late = try await lab.jobs.schedule(Doubling(number: 5), in: .milliseconds(300))
                try await lab.wait(for: late.id, .succeeded)
                #expect(try await late.result() == 10)
                #expect(try await lab.path(of: handles[0].id) == "enqueued processing succeeded")
            }
        }
    }

    @Test("What a client without a transport stores is published by who has one")
    func mixed() async throws {
        try await withBaton(expecting: .repairs) { lab in
            var configuration = JobServerConfiguration()
            configuration.reconcileInterval = .milliseconds(300)
            // What has a mark is published by its own client, however long that takes.
            configuration.unpublishedAge = .seconds(3600)
            let silent = lab.makeNode(by: LabTransport.none)
            try await silent.running {
                try await lab.withServer(configuration: configuration) {
                    Doubling.self
                } while: { _ in
                    // What is not taken for long is given up, and repaired as well.
                    try await eventually("the client is connected") { lab.node.transport.isConnected }
                    let first = try await lab.jobs.enqueue(Doubling(number: 1))
                    try await lab.wait(for: first.id, .succeeded)
                    // Until then it might claim a job that nobody has published.
                    try await lab.untilConsumed("default", by: 1)
                    let handle = try await silent.jobs.enqueue(Doubling(number: 2))
                    try await lab.wait(for: handle.id, .succeeded)
                    #expect(try await lab.path(of: handle.id) == "enqueued enqueued processing succeeded")
                }
            }
            #expect(try await lab.value(of: .repairedUnpublished) == 1)
        }
    }
}

private struct Doubling: Job {
    static let name = "alone.double"
    let number: Int

    func run(in context: JobContext) async throws -> Int { number * 2 }
}

/// Fails its first attempts.
private struct Stumbling: Job {
    static let name = "alone.stumble"
    let times: Int

    func run(in context: JobContext) async throws -> Int {
        guard context.attempt > times else { throw Stumble() }
        return context.attempt
    }
}

private struct Stumble: Error {}

/// Ends when the test lets it.
private struct Waiting: JobCall {
    struct Receiver: JobReceiver {
        static let jobs = [JobDefinition<Receiver>(Waiting.self)]
        let gate: Latch
    }

    typealias Output = Void
    static let name = "alone.wait"

    func run(on receiver: Receiver, in context: JobContext) async throws {
        try await receiver.gate.wait()
    }
}
