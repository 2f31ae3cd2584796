import Baton
import EndToEndSupport
import Foundation
import Locking
import Testing

/// The broker is there and does not do its work.
///
/// Beside the other suites, since most of it is waiting.
@Suite("Broker outages", .serialized, .timeLimit(.minutes(15)))
struct BrokerOutageTests {
    @Test("A broker short of memory stops neither enqueueing nor jobs")
    func memoryAlarm() async throws {
        try await withPrivateServers { servers in
            _ = try await goesOn(without: servers) {
                try await servers.setMemoryAlarm(true)
            } back: {
                try await servers.setMemoryAlarm(false)
            }
        }
    }

    @Test("A broker that stands still, with its connections open, stops neither enqueueing nor jobs")
    func blackHole() async throws {
        try await withPrivateServers { servers in
            let isFoundSilent = try await goesOn(without: servers) {
                try await servers.pause("rabbitmq")
            } back: {
                try await servers.resume("rabbitmq")
            }
            // And not only when its heartbeats are missed, or a publish has been waited for in vain.
            #expect(isFoundSilent)
        }
    }

    /// Takes the broker away while jobs are enqueued and run, and brings it back.
    ///
    /// - Returns: Whether it was found silent meanwhile.
    private func goesOn(
        without servers: PrivateServers,
        _ takeAway: @escaping @Sendable () async throws -> Void,
        back bringBack: @escaping @Sendable () async throws -> Void
    ) async throws -> Bool {
        var configuration = JobClientConfiguration()
        configuration.brokerSilence = .seconds(3)
        return try await withBaton(expecting: .repairs, on: servers.servers, configuration: configuration) { lab in
            // Enqueues with a broker connection of its own, as another process would.
            let producer = lab.makeNode(configuration)
            let load = Load(lab)
            let isFoundSilent = Locked(false)
            try await lab.withServer {
                TallyJobs(tally: load.tally)
            } while: { server in
                try await producer.running {
                    try await load.run {
                        try await load.goesOn()
                        try await takeAway()
                        // Jobs that are enqueued one after the other while it is away, and run while it is away.
                        var jobs: [JobHandle<Int>] = []
                        for number in 0..<100 {
                            jobs.append(try await producer.jobs.enqueue(TallyJobs.$tally(number: -1 - number)))
                        }
                        for job in jobs { try await lab.wait(for: job.id, .succeeded) }
                        isFoundSilent.withLock { $0 = lab.log.contains("the broker answers nothing") }
                        try await load.goesOn()
                        try await bringBack()
                        try await load.goesOn()
                    }
                }
                #expect(load.answers.thrown.isEmpty, "a job is stored without the broker")
                try await lab.wait(until: load.answers.stored.count + 100, are: .succeeded)
                try await eventually("messages that came too late are dropped") {
                    try await lab.wakeUps(in: "default") == 0
                }
                #expect(!server.hasEnded)
            }
            #expect(load.tally.all == Tally.once(load.answers.stored.union((0..<100).map { -1 - $0 })))
            return isFoundSilent.withLock(\.self)
        }
    }

    @Test("A job longer than the broker's consumer timeout, and those that wait behind it, finish once")
    func longJob() async throws {
        try await withPrivateServers { servers in
            try await servers.setConsumerTimeout(.seconds(60))
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    let closed = try await runsLongJobs(servers, acknowledgeAfter: .seconds(20))
                    #expect(!closed, "no channel is closed by the broker")
                }
                // The counter-proof: the broker means it. And even then the job finishes once.
                group.addTask {
                    let closed = try await runsLongJobs(servers, acknowledgeAfter: .seconds(3_600))
                    #expect(closed)
                }
                try await group.waitForAll()
            }
        }
    }

    /// Runs a job of a minute and a half on one thread, with others behind it.
    ///
    /// - Returns: Whether the broker has closed a channel meanwhile.
    private func runsLongJobs(_ servers: PrivateServers, acknowledgeAfter: Duration) async throws -> Bool {
        try await withBaton(on: servers.servers) { lab in
            var configuration = JobServerConfiguration()
            configuration.concurrency = 1
            configuration.lookAhead = 4
            configuration.acknowledgeAfter = acknowledgeAfter
            let tally = Tally()
            try await lab.withServer(configuration: configuration) {
                TallyJobs(tally: tally)
            } while: { _ in
                let long = try await lab.jobs.enqueue(TallyJobs.$tally(number: 0, milliseconds: 90_000))
                try await eventually("it runs") { tally.all[0] == 1 }
                var jobs = [long]
                for number in 1..<4 { jobs.append(try await lab.jobs.enqueue(TallyJobs.$tally(number: number))) }
                try await eventually("all have ended", within: .seconds(600)) {
                    try await lab.count(.succeeded) == jobs.count
                }
                try await lab.checkEachSucceededOnce(jobs.map(\.id))
            }
            #expect(tally.all == Tally.once(0..<4))
            return lab.log.contains("delivery acknowledgement on channel")
        }
    }
}
