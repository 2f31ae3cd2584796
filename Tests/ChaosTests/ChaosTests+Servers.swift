import Baton
import EndToEndSupport
import PostgresClient
import Testing

extension ChaosTests {
    @Test("RabbitMQ shut down, then killed, under load: enqueueing goes on, no job is lost and none runs twice")
    func brokerRestarts() async throws {
        try await withPrivateServers { servers in
            try await withBaton(expecting: .repairs, on: servers.servers) { lab in
                let (tally, answers) = (Tally(), EnqueueAnswers())
                try await lab.withServer {
                    TallyJobs(tally: tally)
                } while: { server in
                    try await produce(lab, answers) {
                        try await work(tally)
                        try await servers.stop("rabbitmq")
                        try await servers.start("rabbitmq")
                        try await work(tally)
                        try await servers.kill("rabbitmq")
                        try await servers.start("rabbitmq")
                        try await work(tally)
                    }
                    #expect(answers.thrown.isEmpty, "a job is stored without the broker")
                    #expect(answers.stored.count > 500)
                    try await lab.wait(until: answers.stored.count, are: .succeeded)
                    // Of jobs that ran while it was away.
                    try await eventually("messages that came too late are dropped") {
                        try await lab.wakeUps(in: "default") == 0
                    }
                    #expect(!server.hasEnded)
                }
                #expect(Set(tally.all.keys) == answers.stored)
                #expect(tally.all.values.allSatisfy { $0 == 1 })
            }
        }
    }

    @Test("PostgreSQL killed under load: what was acknowledged is there once, what threw is there at most once")
    func databaseKilled() async throws {
        try await withPrivateServers { servers in
            try await withBaton(expecting: .repairs, on: servers.servers) { lab in
                let (tally, answers) = (Tally(), EnqueueAnswers())
                try await lab.withServer {
                    TallyJobs(tally: tally)
                } while: { server in
                    try await produce(lab, answers) {
                        for _ in 0..<2 {
                            try await work(tally)
                            try await servers.kill("postgres")
                            try await servers.start("postgres")
                        }
                        try await work(tally)
                    }
                    try await eventually("every job has ended") {
                        try await lab.value(Bool.self, "SELECT bool_and(state = 'succeeded') FROM @.jobs")
                    }
                    #expect(!server.hasEnded)
                    #expect(tally.all.values.allSatisfy { $0 == 1 })
                }
                let rows = try await lab.query(
                    "SELECT (arguments ->> 'number')::bigint, count(*) FROM @.jobs GROUP BY 1"
                )
                let found = try Dictionary(uniqueKeysWithValues: rows.map { try $0.decode((Int, Int).self) })
                #expect(found.values.allSatisfy { $0 == 1 }, "no job is doubled")
                #expect(!answers.stored.isEmpty)
                #expect(answers.stored.subtracting(found.keys).isEmpty, "no acknowledged job is lost")
                #expect(Set(found.keys).subtracting(answers.stored).isSubset(of: answers.thrown))
                #expect(Set(found.keys) == Set(tally.all.keys))
            }
        }
    }

    // MARK: Load

    /// Enqueues from four tasks for as long as the faults take, so that they meet every stage of a job's life.
    private func produce(
        _ lab: Lab,
        _ answers: EnqueueAnswers,
        during faults: @escaping @Sendable () async throws -> Void
    ) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await faults()
                answers.close()
            }
            for lane in 0..<4 {
                group.addTask {
                    var number = lane * 1_000_000
                    while !answers.isClosed {
                        let call = TallyJobs.$tally(number: number, milliseconds: 20)
                        await answers.note(number) { try await lab.jobs.enqueue(call).id }
                        number += 1
                        try await Task.sleep(for: .milliseconds(40))
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    /// Waits until jobs run, some of them for the first time.
    private func work(_ tally: Tally) async throws {
        let done = tally.all.count
        try await eventually("work goes on") { tally.all.count > done + 100 }
    }
}
