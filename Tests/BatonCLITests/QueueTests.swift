import Baton
import EndToEndSupport
import Testing

@Suite("Queues, by hand", .timeLimit(.minutes(15)))
struct QueueTests {
    private struct Pause: Decodable {
        var server: String?
        var pausedAt: String
        var reason: String?
    }

    private struct Queues: Decodable {
        struct Queue: Decodable {
            var queue: String
            var servers: Int
            var isUnserved: Bool
            var pauses: [Pause]
        }
        var queues: [Queue]
    }

    private struct Paused: Decodable {
        var queue: String
        var outcome: String
        var pause: Pause
    }

    @Test("A queue is paused everywhere and on one server, shown, and resumed")
    func pauseAndResume() async throws {
        try await withBaton(expecting: .leftovers) { lab in
            lab.use(["mail"])
            _ = try await lab.jobs.enqueue(Note(text: "waits"), options: JobOptions(queue: "mail"))
            let run = try await lab.baton("queue", "pause", "mail", "--reason", "it moves", "--json")
            let paused = try run.document(Paused.self)
            #expect(paused.queue == "mail" && paused.outcome == "paused" && paused.pause.reason == "it moves")
            #expect(paused.pause.server == nil && !paused.pause.pausedAt.isEmpty)
            #expect(try await lab.baton("queue", "pause", "mail", "--server", "web-1").output == "mail  paused\n")

            let queue = try #require(try await lab.baton("queue", "list", "--json").document(Queues.self).queues.first)
            #expect(queue.queue == "mail" && queue.servers == 0 && queue.isUnserved)
            #expect(queue.pauses.map(\.server) == [nil, "web-1"] && queue.pauses.map(\.reason) == ["it moves", nil])
            let table = try await lab.baton("queue", "list").output
            #expect(table.contains("0!") && table.contains("everywhere since") && table.contains(": it moves"))
            #expect(table.contains("; on web-1 since"))

            #expect(try await lab.baton("queue", "resume", "mail").output == "mail  resumed\n")
            #expect(try await lab.jobs.queues.pauses().map(\.server) == ["web-1"])
            #expect(try await lab.baton("queue", "resume", "mail", "--server", "web-1").code == 0)
            #expect(try await lab.jobs.queues.pauses().isEmpty)
        }
    }

    @Test("What is not paused, or no name, is refused, and says why")
    func refused() async throws {
        try await withBaton { lab in
            let missing = try await lab.baton("queue", "resume", "mail")
            #expect(missing.code == 3 && missing.errors.contains("mail"))
            let other = try await lab.baton("queue", "resume", "mail", "--server", "web-1")
            #expect(other.code == 3 && other.errors.contains("web-1"))
            let queue = try await lab.baton("queue", "pause", "No Queue")
            #expect(queue.code == 4 && queue.errors.contains("No Queue"))
            #expect(try await lab.baton("queue", "pause", "mail", "--server", "").code == 4)
            #expect(try await lab.jobs.queues.pauses().isEmpty)
        }
    }
}
