import Baton
import EndToEndSupport
import Foundation
import PostgresClient
import Testing

@Suite("Jobs, by hand", .timeLimit(.minutes(15)))
struct JobTests {
    private struct List: Decodable {
        struct Job: Decodable {
            var id: String
            var type: String
            var queue: String
            var state: String
            var attempt: Int
            var maxAttempts: Int
            var scheduledAt: String?
            var errorMessage: String?
        }
        var jobs: [Job]
        var next: String?
    }

    private struct Moved: Decodable {
        struct Job: Decodable, Equatable {
            var id: String
            var outcome: String
            var state: String?
        }
        var jobs: [Job]
    }

    @Test("Jobs are listed newest first, filtered and page by page")
    func list() async throws {
        try await withBaton(expecting: .leftovers) { lab in
            lab.use(["mail"])
            var ids: [String] = []
            for number in 1...5 { ids.append("\(try await lab.jobs.enqueue(Note(text: "\(number)")).id)") }
            let later = try await lab.jobs.schedule(
                Note(text: "later"),
                in: .seconds(600),
                options: .init(queue: "mail")
            )
            let newest = ["\(later.id)"] + ids.reversed()

            let all = try await lab.baton("job", "list", "--json")
            #expect(all.code == 0 && all.errors.isEmpty)
            let document = try all.document(List.self)
            #expect(document.jobs.map(\.id) == newest && document.next == nil)
            #expect(document.jobs.map(\.state) == ["scheduled"] + Array(repeating: "enqueued", count: 5))
            #expect(document.jobs[0].queue == "mail" && document.jobs[0].type == Note.name)
            #expect(document.jobs[0].scheduledAt != nil && document.jobs[1].scheduledAt == nil)

            let first = try await lab.baton("job", "list", "--state", "enqueued", "--limit", "2", "--json")
            let page = try first.document(List.self)
            #expect(page.jobs.map(\.id) == Array(newest[1...2]))
            let next = try #require(page.next)
            let rest = try await lab.baton("job", "list", "--state", "enqueued", "--after", next, "--json")
            #expect(try rest.document(List.self).jobs.map(\.id) == Array(newest[3...]))
            #expect(try rest.document(List.self).next == nil)

            let mail = try await lab.baton("job", "list", "--queue", "mail", "--name", Note.name)
            let lines = mail.output.split(separator: "\n").map(String.init)
            #expect(lines.count == 2 && lines[0].hasPrefix("ID") && lines[1].hasPrefix("\(later.id)"))
            #expect(lines[0].firstRange(of: "STATE")?.lowerBound == lines[1].firstRange(of: "scheduled")?.lowerBound)
            let none = try await lab.baton("job", "list", "--state", "succeeded", "--state", "failed")
            #expect(none.code == 0 && none.output.split(separator: "\n").count == 1)
            let more = try await lab.baton("job", "list", "--limit", "1")
            #expect(more.errors.contains("--after \(later.id)"))
        }
    }

    @Test("A job is shown with its history, and nothing that it holds reaches the terminal raw")
    func show() async throws {
        try await withBaton { lab in
            let hostile = "\u{1B}[2J\u{9B}31m\u{202E}gnp\nsecond “line”"
            let (good, bad) = try await lab.withServer {
                Note.self
            } while: { _ in
                let good = try await lab.jobs.enqueue(Note(text: hostile))
                let bad = try await lab.jobs.enqueue(
                    Note(text: hostile, fails: true),
                    options: JobOptions(maximumAttempts: 1)
                )
                try await lab.wait(for: good.id, .succeeded)
                try await lab.wait(for: bad.id, .failed)
                return (good.id, bad.id)
            }
            for id in [good, bad] {
                for arguments in [["job", "show", "\(id)"], ["job", "list"]] {
                    for format in [[], ["--json"]] {
                        let run = try await Program.run(arguments + format, lab.variables)
                        #expect(run.code == 0, "\(run.errors)")
                        let raw = run.output.unicodeScalars.filter {
                            $0.value < 32 && $0 != "\n" || $0 == "\u{9B}" || $0 == "\u{202E}"
                        }
                        #expect(raw.isEmpty, "\(arguments): \(run.output.debugDescription)")
                    }
                }
            }
            let shown = try await lab.baton("job", "show", "\(bad)")
            #expect(shown.output.contains("NoteError: \\u{1B}[2J\\u{9B}31m\\u{202E}gnp\\nsecond “line”"))
            #expect(shown.output.contains("state      failed"))

            struct Shown: Decodable {
                struct Job: Decodable {
                    struct Arguments: Decodable { var text: String }
                    var state: String
                    var arguments: Arguments
                    var result: String?
                    var run: Int
                }
                struct Entry: Decodable {
                    var seq: Int
                    var state: String
                }
                var job: Job
                var history: [Entry]
            }
            let document = try await lab.baton("job", "show", "\(good)", "--json").document(Shown.self)
            #expect(document.job.state == "succeeded" && document.job.run == 1)
            #expect(document.job.arguments.text == hostile && document.job.result == hostile)
            #expect(document.history.map(\.state) == ["enqueued", "processing", "succeeded"])
            #expect(document.history.map(\.seq) == [1, 2, 3])

            let missing = try await lab.baton("job", "show", "\(UUID())")
            #expect(missing.code == 3 && missing.output.isEmpty)
            let nonsense = try await lab.baton("job", "show", "\u{1B}[31mnonsense")
            #expect(nonsense.code == 64 && !nonsense.errors.contains("\u{1B}"))
        }
    }

    @Test("A job is requeued and published; one that waits, runs or is not there is refused")
    func requeue() async throws {
        try await withBaton { lab in
            let failed = try await lab.withServer {
                Note.self
            } while: { _ in
                let job = try await lab.jobs.enqueue(
                    Note(text: "no", fails: true),
                    options: JobOptions(maximumAttempts: 1)
                )
                try await lab.wait(for: job.id, .failed)
                return job.id
            }
            let other = try await lab.baton("job", "requeue", "\(failed)", "--expecting", "succeeded")
            #expect(other.code == 4 && other.output == "\(failed)  refused: it is failed\n", "\(other.errors)")
            #expect(try await lab.baton("job", "requeue", "\(failed)", "--expecting", "nonsense").code == 64)
            let done = try await lab.baton(
                "job",
                "requeue",
                "\(failed)",
                "--reason",
                "again, please",
                "--expecting",
                "failed"
            )
            #expect(done.code == 0 && done.output == "\(failed)  requeued\n", "\(done.errors)")
            #expect(try await lab.storage.history(of: failed).last?.reason == "again, please")
            try await eventually("it has its message") { try await lab.wakeUps(in: "default") == 1 }

            let unknown = "\(UUID())".lowercased()
            let refused = try await lab.baton("job", "requeue", unknown, "\(failed)", "--json")
            #expect(refused.code == 4)
            #expect(
                try refused.document(Moved.self).jobs == [
                    .init(id: unknown, outcome: "missing", state: nil),
                    .init(id: "\(failed)", outcome: "refused", state: "enqueued"),
                ]
            )
            #expect(try await lab.baton("job", "requeue", unknown).code == 3)
            // It runs with the attempt that it had used up.
            try await lab.withServer {
                Note.self
            } while: { _ in
                try await eventually("it has failed again") {
                    let job = try await lab.storage.job(failed)
                    return job?.run == 2 && job?.state == .failed
                }
            }
            #expect(try await lab.storage.job(failed)?.attempt == 1)
        }
    }

    @Test("All jobs that match are deleted, and requeued")
    func bulk() async throws {
        try await withBaton(expecting: [.leftovers, .repairs]) { lab in
            for number in 1...3 { try await lab.jobs.enqueue(Note(text: "\(number)")) }
            let kept = try await lab.jobs.schedule(Note(text: "later"), in: .seconds(600))
            let deleted = try await lab.baton("job", "delete", "--state", "enqueued", "--queue", "default")
            #expect(deleted.code == 0 && deleted.output == "3 jobs deleted\n", "\(deleted.errors)")
            #expect(try await lab.storage.job(kept.id)?.state == .scheduled)
            let none = try await lab.baton("job", "requeue", "--state", "deleted", "--name", "other", "--json")
            #expect(none.output == "{\"requeued\":0}\n", "\(none.errors)")
            let requeued = try await lab.baton("job", "requeue", "--state", "deleted", "--name", Note.name)
            #expect(requeued.output == "3 jobs requeued\n", "\(requeued.errors)")
            let wrong = [
                [], ["--queue", "default"], ["\(kept.id)", "--state", "enqueued"],
                ["--state", "failed", "--expecting", "failed"],
            ]
            for arguments in wrong {
                let refused = try await Program.run(["job", "delete"] + arguments, lab.variables)
                #expect(refused.code == 64, "\(arguments)")
            }
        }
    }

    @Test("A job that waits for its time is given another")
    func reschedule() async throws {
        try await withBaton(expecting: [.leftovers, .repairs]) { lab in
            let waiting = try await lab.jobs.schedule(Note(text: "later"), in: .seconds(600))
            let ready = try await lab.jobs.enqueue(Note(text: "now"))
            let moved = try await lab.baton("job", "reschedule", "\(waiting.id)", "--at", "2100-01-31T09:30:00Z")
            #expect(moved.code == 0 && moved.output == "\(waiting.id)  rescheduled\n", "\(moved.errors)")
            #expect(try await waiting.status()?.scheduledAt?.timeIntervalSince1970 == 4_105_071_000)
            let refused = try await lab.baton("job", "reschedule", "\(ready.id)", "--in", "60")
            #expect(
                refused.code == 4 && refused.output == "\(ready.id)  refused: it is enqueued\n",
                "\(refused.errors)"
            )
            let all = try await lab.baton("job", "reschedule", "--state", "scheduled", "--in", "900")
            #expect(all.output == "1 job rescheduled\n", "\(all.errors)")
            for arguments in [
                [], ["--in", "1", "--at", "2100-01-31T09:30:00Z"], ["--at", "tomorrow"], ["--in", "-1"],
            ] {
                let refused = try await Program.run(["job", "reschedule", "\(ready.id)"] + arguments, lab.variables)
                #expect(refused.code == 64, "\(arguments)")
            }
        }
    }

    @Test("A job is deleted once, and requeued without RabbitMQ, too")
    func delete() async throws {
        try await withBaton(expecting: [.leftovers, .repairs]) { lab in
            let job = try await lab.jobs.enqueue(Note(text: "not wanted"))
            let deleted = try await lab.baton("job", "delete", "\(job.id)", "--json")
            #expect(deleted.code == 0)
            #expect(
                try deleted.document(Moved.self).jobs
                    == [.init(id: "\(job.id)", outcome: "deleted", state: "deleted")]
            )
            #expect(try await lab.storage.history(of: job.id).last?.reason == "by hand")
            #expect(try await lab.baton("job", "delete", "\(job.id)").code == 4)
            #expect(try await lab.baton("job", "delete", "\(UUID())").code == 3)

            let nobody = "amqp://guest:secret@127.0.0.1:1/none"
            let alone = try await lab.baton("job", "requeue", "\(job.id)", with: ["BATON_RABBITMQ_URL": nobody])
            #expect(alone.code == 0 && alone.errors.contains("RabbitMQ cannot be reached"))
            #expect(!alone.errors.contains("secret"))
            let isUnmarked = try await lab.value(
                Bool.self,
                "SELECT session IS NULL FROM @.active_job WHERE id = $1",
                job.id.uuid
            )
            #expect(isUnmarked)
            // A server with a broker publishes it.
            try await lab.withServer {
                Note.self
            } while: { _ in
                try await lab.wait(for: job.id, .succeeded)
            }
        }
    }
}
