import Baton
import EndToEndSupport
import Locking
import Testing

extension ChaosTests {
    @Test("RabbitMQ shut down, then killed, under load: enqueueing goes on, no job is lost and none runs twice")
    func brokerRestarts() async throws {
        try await withPrivateServers { servers in
            try await withBaton(expecting: .repairs, on: servers.servers) { lab in
                let load = Load(lab)
                let (tally, answers) = (load.tally, load.answers)
                try await lab.withServer {
                    TallyJobs(tally: tally)
                } while: { server in
                    try await load.run {
                        try await load.goesOn()
                        try await servers.stop("rabbitmq")
                        try await load.storesMore()
                        try await servers.start("rabbitmq")
                        try await load.goesOn()
                        try await servers.kill("rabbitmq")
                        try await load.storesMore()
                        try await servers.start("rabbitmq")
                        try await load.goesOn()
                    }
                    #expect(answers.thrown.isEmpty, "a job is stored without the broker")
                    try await lab.wait(until: answers.stored.count, are: .succeeded)
                    // Of jobs that ran while it was away.
                    try await eventually("messages that came too late are dropped") {
                        try await lab.wakeUps(in: "default") == 0
                    }
                    #expect(!server.hasEnded)
                }
                #expect(tally.all == Tally.once(answers.stored))
            }
        }
    }

    @Test("PostgreSQL killed again and again under load: acknowledged jobs are there once, and what runs goes on")
    func databaseKilled() async throws {
        try await withPrivateServers { servers in
            try await withBaton(expecting: .repairs, on: servers.servers) { lab in
                let load = Load(lab)
                let (tally, answers) = (load.tally, load.answers)
                let (door, longRuns) = (Latch(), Locked(0))
                try await lab.withServer {
                    TallyJobs(tally: tally)
                    HeldJob.Body {
                        longRuns.withLock { $0 += 1 }
                        try await door.wait()
                    }
                } while: { server in
                    let long = try await lab.jobs.enqueue(HeldJob())
                    try await eventually("it runs") { longRuns.withLock(\.self) == 1 }
                    try await load.run {
                        for _ in 0..<4 {
                            try await load.goesOn(50)
                            try await servers.kill("postgres")
                            try await servers.start("postgres")
                        }
                        try await load.goesOn()
                    }
                    door.open()
                    try await eventually("every job has ended") {
                        try await lab.value(Bool.self, "SELECT bool_and(state = 'succeeded') FROM @.jobs")
                    }
                    #expect(!server.hasEnded)
                    #expect(longRuns.withLock(\.self) == 1, "a job that runs is not thrown away")
                    #expect(try await long.status()?.run == 1)
                }
                let found = try await load.storedCounts()
                #expect(found.values.allSatisfy { $0 == 1 }, "no job is doubled")
                #expect(!answers.stored.isEmpty)
                #expect(answers.stored.subtracting(found.keys).isEmpty, "no acknowledged job is lost")
                #expect(Set(found.keys).subtracting(answers.stored).isSubset(of: answers.thrown))
                #expect(tally.all == Tally.once(found.keys), "each ran once")
                #expect(try await lab.value(of: .certifiedServers) == 0)
            }
        }
    }
}
