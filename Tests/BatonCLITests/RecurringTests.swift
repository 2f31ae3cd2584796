import Baton
import EndToEndSupport
import Foundation
import Testing

@Suite("Recurring entries, by hand", .timeLimit(.minutes(15)))
struct RecurringTests {
    private struct Entry: Decodable {
        var id: String
        var type: String
        var queue: String
        var schedule: String
        var zone: String
        var summary: String?
        var overlap: String?
        var paused: Bool
        var error: String?
        var nextAt: String?
        var lastJobId: String?
    }

    private struct List: Decodable {
        var entries: [Entry]
    }

    private struct Shown: Decodable {
        struct Occurrence: Decodable {
            var outcome: String
            var jobId: String?
        }
        var entry: Entry
        var history: [Occurrence]
    }

    private struct Triggered: Decodable {
        var id: String
        var jobId: String
    }

    @Test("An entry is set, shown, triggered, paused, resumed and removed")
    func lifecycle() async throws {
        try await withBaton(expecting: .leftovers) { lab in
            let set = try await lab.baton(
                "recurring",
                "set",
                "digest",
                // So seldom that it does not come due while the entry is paused, which would give it another next time.
                "0 9 29 2 MON-FRI",
                Note.name,
                "--zone",
                "Europe/Paris",
                "--arguments",
                #"{"text": "a"}"#,
                "--overlap",
                "skip",
                "--json"
            )
            #expect(set.code == 0, "\(set.errors)")
            let entries = try await lab.baton("recurring", "list", "--json").document(List.self).entries
            let entry = try #require(entries.first)
            #expect(entries.count == 1 && entry.id == "digest" && entry.type == Note.name && entry.queue == "default")
            #expect(entry.schedule == "0 9 29 2 MON-FRI" && entry.zone == "Europe/Paris" && entry.overlap == "skip")
            #expect(entry.summary?.isEmpty == false && entry.nextAt != nil && !entry.paused && entry.error == nil)

            let triggered = try await lab.baton("recurring", "trigger", "digest", "--json").document(Triggered.self)
            let id = try #require(JobID(triggered.jobId))
            let job = try await lab.jobs.job(id).status()
            #expect(job?.state == .enqueued && job?.name == Note.name)

            #expect(try await lab.baton("recurring", "pause", "digest").code == 0)
            let paused = try await lab.baton("recurring", "show", "digest", "--json").document(Shown.self)
            #expect(paused.entry.paused && paused.entry.nextAt == nil && paused.entry.lastJobId == triggered.jobId)
            #expect(paused.history.map(\.outcome) == ["triggered"])
            #expect(paused.history.first?.jobId == triggered.jobId)
            #expect(try await lab.baton("recurring", "list").output.contains("paused"))

            #expect(try await lab.baton("recurring", "resume", "digest").code == 0)
            let resumed = try await lab.baton("recurring", "show", "digest", "--json").document(Shown.self)
            #expect(!resumed.entry.paused && resumed.entry.nextAt == entry.nextAt)

            #expect(try await lab.baton("recurring", "remove", "digest").code == 0)
            for verb in ["show", "trigger", "pause", "resume", "remove"] {
                let missing = try await lab.baton("recurring", verb, "digest")
                #expect(missing.code == 3 && missing.errors.contains("digest"), "\(verb)")
            }
        }
    }

    @Test("What cannot be is refused, and says why")
    func refused() async throws {
        try await withBaton { lab in
            let cron = try await lab.baton("recurring", "set", "a", "99 * * * *", Note.name)
            #expect(cron.code == 4 && cron.errors.contains("99"))
            let zone = try await lab.baton("recurring", "set", "a", "@daily", Note.name, "--zone", "Mars")
            #expect(zone.code == 4 && zone.errors.contains("Mars"))
            let misfire = try await lab.baton("recurring", "set", "a", "@daily", Note.name, "--misfire", "never")
            #expect(misfire.code == 4 && misfire.errors.contains("never"))
            let arguments = try await lab.baton("recurring", "set", "a", "@daily", Note.name, "--arguments", "[1]")
            #expect(arguments.code == 64)
            #expect(try await lab.jobs.recurring.list().isEmpty)
        }
    }
}
