import Baton
import EndToEndSupport
import Foundation
import PostgresClient
import Testing

@Suite("Servers, queues and counters", .timeLimit(.minutes(15)))
struct ListTests {
    @Test("Servers are listed while they live, and queues with what waits in them")
    func serversAndQueues() async throws {
        struct Servers: Decodable {
            struct Server: Decodable {
                var epoch: String
                var state: String
                var queues: [String]
                var jobNames: [String]
                var concurrency: Int
            }
            var servers: [Server]
        }
        struct Queues: Decodable {
            struct Queue: Decodable {
                var queue: String
                var enqueued: Int
                var processing: Int
                var scheduled: Int
                var servers: Int
                var oldestEnqueuedSeconds: Double?
                var probeSeconds: Double?
                var isPartial: Bool
            }
            var queues: [Queue]
        }
        try await withBaton(expecting: .leftovers) { lab in
            lab.use(["rest"])
            _ = try await lab.jobs.enqueue(Note(text: "waits"), options: JobOptions(queue: "rest"))
            try await lab.jobs.schedule(Note(text: "later"), in: .seconds(600))
            try await lab.withServer {
                Note.self
            } while: { _ in
                try await eventually("the server is on the list") {
                    try await lab.value(Int.self, "SELECT count(*) FROM @.servers") == 1
                }
                let run = try await lab.baton("server", "list", "--json")
                let server = try #require(try run.document(Servers.self).servers.first)
                #expect(server.state == "alive" && server.queues == ["default"] && server.jobNames == [Note.name])
                let table = try await lab.baton("server", "list")
                #expect(table.code == 0 && table.output.contains("\(server.epoch)  alive"))

                let queues = try await lab.baton("queue", "list", "--json").document(Queues.self).queues
                #expect(queues.map(\.queue) == ["default", "rest"])
                #expect(queues.map(\.servers) == [1, 0] && queues.map(\.enqueued) == [0, 1])
                #expect(queues.map(\.scheduled) == [1, 0] && queues.map(\.processing) == [0, 0])
                #expect(queues[0].oldestEnqueuedSeconds == nil && (queues[1].oldestEnqueuedSeconds ?? -1) >= 0)
                #expect(queues.allSatisfy { $0.probeSeconds == nil })
                #expect(try await lab.baton("queue", "list").output.contains("rest"))
                // As if jobs had waited for long, and a probe behind them.
                try await lab.query(
                    """
                    UPDATE @.probe SET id = gen_random_uuid(), phase = 1, opened_at = now() - interval '90 seconds',
                        gives_up_at = now() + interval '1 hour', patience = interval '2 hours'
                    """
                )
                let probed = try await lab.baton("queue", "list", "--json").document(Queues.self).queues
                #expect((probed[0].probeSeconds ?? 0) >= 90 && probed[1].probeSeconds == nil)
            }
            #expect(try await lab.baton("server", "list", "--json").document(Servers.self).servers.isEmpty)
        }
    }

    @Test("Counters are listed by name")
    func counters() async throws {
        struct Counters: Decodable {
            var counters: [String: Int]
        }
        try await withBaton { lab in
            #expect(try await lab.baton("counter", "list", "--json").document(Counters.self).counters.isEmpty)
            try await lab.storage.count([.duplicateDeliveries: 3])
            let run = try await lab.baton("counter", "list")
            #expect(run.code == 0 && run.output == "COUNTER               VALUE\nduplicate_deliveries      3\n")
        }
    }

    @Test("Statistics are listed by hour and day, also of jobs that are gone")
    func statistics() async throws {
        struct Statistics: Decodable {
            struct Statistic: Decodable {
                var hour: String?
                var day: String?
                var type: String
                var state: String
                var jobs: Int
            }
            var statistics: [Statistic]
        }
        try await withBaton { lab in
            #expect(try await lab.baton("statistics", "--json").document(Statistics.self).statistics.isEmpty)
            let job = try await lab.jobs.enqueue(Note(text: "old"))
            try await lab.withServer {
                Note.self
            } while: { _ in
                try await lab.wait(for: job.id, .succeeded)
            }
            try await lab.query("UPDATE @.finished_job SET state_at = state_at - interval '72 hours'")
            try await lab.query(
                "UPDATE @.retention SET counted_until = date_trunc('hour', now(), 'UTC') - interval '96 hours'"
            )
            while try await lab.storage.retain(RetentionPolicy(), limit: 100).hasMore {}
            #expect(try await lab.storage.job(job.id) == nil)
            for period in ["hour", "day"] {
                let run = try await lab.baton("statistics", "--by", period, "--days", "7", "--json")
                let found = try run.document(Statistics.self).statistics
                #expect(found.map(\.type) == [Note.name] && found.map(\.state) == ["succeeded"])
                #expect(found.map(\.jobs) == [1])
                #expect(
                    (found.first?.hour != nil) == (period == "hour") && (found.first?.day != nil) == (period == "day")
                )
            }
            let table = try await lab.baton("statistics", "--by", "day", "--days", "7")
            #expect(table.code == 0 && table.output.contains(Note.name) && table.output.hasPrefix("DAY"))
            #expect(try await lab.baton("statistics", "--days", "0").code == 64)
        }
    }
}
