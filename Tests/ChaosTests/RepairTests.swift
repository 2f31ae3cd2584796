import Baton
import EndToEndSupport
import Foundation
import PostgresClient
import RabbitMQClient
import ServiceLifecycle
import Testing

/// What a crash leaves behind, made by hand.
@Suite("Repairs", .timeLimit(.minutes(15)))
struct RepairTests {
    let tally = Tally()

    private var quick: JobServerConfiguration {
        var configuration = JobServerConfiguration()
        configuration.reconcileInterval = .milliseconds(300)
        return configuration
    }

    @Test("Jobs of a client that died between commit and publish are published once by the reconciler")
    func unpublished() async throws {
        try await withBaton(expecting: .repairs) { lab in
            // Storage alone runs: what this client commits, nobody publishes.
            let silent = lab.makeNode()
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await silent.storage.run() }
                try await silent.jobs.enqueue(contentsOf: (0..<20).map { TallyJobs.$tally(number: $0) })
                group.cancelAll()
            }
            #expect(try await lab.count(.enqueued) == 20)
            // Ten of them bear the mark of a session that the database knows nothing of, five no mark at all.
            try await lab.query(
                """
                UPDATE @.active_job SET session = gen_random_uuid() WHERE id IN (SELECT id FROM @.active_job ORDER BY id LIMIT 10)
                """
            )
            try await lab.query(
                """
                UPDATE @.active_job SET session = NULL, seq = NULL
                WHERE id IN (SELECT id FROM @.active_job ORDER BY id DESC LIMIT 5)
                """
            )
            try await lab.withServer(configuration: quick) {
                TallyJobs(tally: tally)
            } while: { _ in
                try await lab.wait(until: 20, are: .succeeded)
            }
            #expect(tally.all == Tally.once(0..<20))
            #expect(try await lab.value(of: .repairedUnpublished) == 20)
            let histories = try await lab.query(
                """
                SELECT string_agg(state, ' ' ORDER BY seq), count(reason) FROM @.job_history GROUP BY job_id
                """
            )
            for row in histories {
                let (path, reasons) = try row.decode((String, Int).self)
                #expect(path == "enqueued enqueued processing succeeded")
                #expect(reasons == 1, "the history says why")
            }
            #expect(try await lab.value(Int.self, "SELECT count(*) FROM @.jobs WHERE generation <> 1") == 0)
        }
    }

    @Test("Jobs owned by a server that nobody knows are run again, once, within their attempts")
    func orphans() async throws {
        try await withBaton(expecting: .repairs) { lab in
            let jobs = try await lab.jobs.enqueue(contentsOf: (0..<10).map { TallyJobs.$tally(number: $0) })
            let last = try await lab.jobs.enqueue(
                TallyJobs.$tally(number: 10),
                options: JobOptions(maximumAttempts: 1)
            )
            let ghost = ServerEpoch(UUID())
            try await lab.node.storage.register(
                ServerRegistration(
                    epoch: ghost,
                    name: "ghost",
                    processID: 1,
                    queues: ["default"],
                    concurrency: 1,
                    jobNames: []
                ),
                lease: .seconds(15)
            )
            let claims = try await lab.node.storage.claim(
                (jobs.map(\.id) + [last.id]).map {
                    DispatchMessage(id: $0, generation: 1, queue: "default", name: "chaos.tally")
                },
                owner: ghost,
                claim: 1
            )
            #expect(claims.count == 11)
            try await lab.node.storage.deregister(ghost)
            try await lab.withServer(configuration: quick) {
                TallyJobs(tally: tally)
            } while: { _ in
                try await lab.wait(until: jobs.count, are: .succeeded)
                let failed = try await lab.wait(for: last.id, .failed)
                #expect(failed.failure?.type == "WorkerLost")
            }
            for job in jobs {
                #expect(try await lab.path(of: job.id) == "enqueued processing enqueued processing succeeded")
            }
            #expect(tally.all == Tally.once(0..<10))
            #expect(try await lab.value(of: .repairedOrphans) == 11)
        }
    }

    @Test("A message without a row is parked with the reason, and what is no message of Baton's harms nobody")
    func strayMessages() async throws {
        try await withBaton(expecting: .parkedMessages) { lab in
            try await lab.withServer {
                TallyJobs(tally: tally)
            } while: { server in
                let first = try await lab.jobs.enqueue(TallyJobs.$tally(number: 1))
                try await lab.wait(for: first.id, .succeeded)

                let outcomes = await lab.node.transport.publish([
                    DispatchMessage(id: JobID(UUID()), generation: 1, queue: "default", name: "chaos.tally"),
                    // A message of a job that has moved on: dropped.
                    DispatchMessage(id: first.id, generation: 1, queue: "default", name: "chaos.tally"),
                ])
                #expect(outcomes == [.confirmed, .confirmed])
                try await publishStrays(lab)
                try await eventually("what has no row is parked: two wake-ups, and two messages that are none") {
                    try await lab.messages(in: lab.parkedQueue) == 4
                }
                try await eventually("wake-ups without a row are counted") {
                    try await lab.value(of: .parkedMessages) == 2
                }
                try await eventually("the stale message was dropped") {
                    try await lab.value(of: .duplicateDeliveries) >= 1
                }
                let last = try await lab.jobs.enqueue(TallyJobs.$tally(number: 2))
                try await lab.wait(for: last.id, .succeeded)
                #expect(!server.hasEnded)
            }
            #expect(tally.all == [1: 1, 2: 1])
            try await lab.withBroker { broker in
                var reasons: [String] = []
                while let message = try await broker.takeMessage(fromQueue: lab.parkedQueue) {
                    reasons.append("\(message.properties.headers)")
                }
                #expect(reasons.count { $0.contains("history included") } == 2)
                #expect(reasons.count { $0.contains("no wake-up") } == 2)
            }
        }
    }

    /// Puts things into a queue that no Baton has written.
    private func publishStrays(_ lab: Lab) async throws {
        let configuration = try RabbitMQConfiguration(url: lab.servers.rabbitMQURL)
        let publisher = RabbitMQPublisher(configuration, logger: lab.log.logger("strays"))
        let queue = lab.dispatchQueue("default")
        let properties: [RabbitMQProperties] = [
            RabbitMQProperties(),
            RabbitMQProperties(messageID: "not a job", type: "chaos.tally", headers: ["x-generation": .string("one")]),
            RabbitMQProperties(
                messageID: UUID().uuidString,
                type: "chaos.tally",
                headers: ["x-generation": .int64(-1)]
            ),
        ]
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await publisher.run() }
            try await eventually("the test's publisher is connected") { publisher.isConnected }
            let outcomes = await publisher.publish(
                properties.map {
                    RabbitMQMessage(exchange: "", routingKey: queue, properties: $0, body: Array("junk".utf8))
                }
            )
            for outcome in outcomes {
                #expect(outcome.isConfirmed)
            }
            await publisher.close()
            try await group.waitForAll()
        }
    }
}
