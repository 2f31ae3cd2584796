import Baton
import EndToEndSupport
import Foundation
import PostgresClient
import Testing

@Suite("Reconciling by hand", .timeLimit(.minutes(15)))
struct ReconcileTests {
    private struct Found: Decodable {
        struct Disagreement: Decodable {
            var kind: String
            var jobId: String?
            var queue: String?
            var reason: String
            var remedy: String
        }
        var disagreements: [Disagreement]
    }

    private struct Mended: Decodable {
        var requeued: Int
        var failed: Int
        var published: Int
        var lost: Int
        var isConfirmed: Bool
        var disagreements: [Found.Disagreement]
    }

    @Test("Where nothing disagrees nothing is done")
    func sound() async throws {
        try await withBaton(expecting: .leftovers) { lab in
            _ = try await lab.jobs.enqueue(Note(text: "fine"))
            try await eventually("it is published") { try await lab.wakeUps(in: "default") == 1 }
            let look = try await lab.baton("reconcile", "--dry-run")
            #expect(look.code == 0 && look.output == "Nothing disagrees.\n", "\(look.output)\(look.errors)")
            let mended = try await lab.baton("reconcile", "--now", "--json")
            #expect(mended.code == 0)
            let report = try mended.document(Mended.self)
            #expect((report.requeued, report.failed, report.published) == (0, 0, 0))
            #expect(try await lab.wakeUps(in: "default") == 1)
        }
    }

    @Test("What disagrees is shown with its reason, and mended when it is asked for")
    func mends() async throws {
        try await withBaton(expecting: [.leftovers, .repairs]) { lab in
            let (orphan, last) = (
                try await lab.jobs.enqueue(Note(text: "orphan")).id,
                try await lab.jobs.enqueue(Note(text: "last"), options: JobOptions(maximumAttempts: 1)).id
            )
            let silent = try await lab.jobs.enqueue(Note(text: "silent")).id
            try await eventually("they are published") { try await lab.wakeUps(in: "default") == 3 }
            let owner = ServerEpoch(UUID())
            try await lab.claim([orphan, last], as: owner)
            try await lab.storage.deregister(owner)
            try await lab.query("UPDATE @.active_job SET session = NULL, seq = NULL WHERE id = $1", silent.uuid)

            for _ in 0..<2 {
                let look = try await lab.baton("reconcile", "--dry-run", "--json")
                #expect(look.code == 1)
                let found = try look.document(Found.self).disagreements
                #expect(found.count == 3)
                #expect(Set(found.filter { $0.kind == "orphan" }.map(\.jobId)) == ["\(orphan)", "\(last)"])
                #expect(found.filter { $0.kind == "unpublished" }.map(\.jobId) == ["\(silent)"])
                #expect(found.allSatisfy { $0.queue == "default" && !$0.reason.isEmpty && !$0.remedy.isEmpty })
            }
            let table = try await lab.baton("reconcile", "--dry-run")
            #expect(table.code == 1 && table.output.contains("its server is not on the list any more"))
            // Where PostgreSQL alone serves, a job without a message is as it should be.
            let alone = try await lab.baton("reconcile", "--dry-run", "--json", with: ["BATON_RABBITMQ_URL": ""])
            #expect(try alone.document(Found.self).disagreements.allSatisfy { $0.kind == "orphan" })

            let mended = try await lab.baton("reconcile", "--now", "--json")
            #expect(mended.code == 0, "\(mended.errors)")
            let report = try mended.document(Mended.self)
            #expect((report.requeued, report.failed, report.published) == (1, 1, 1))
            #expect(report.isConfirmed && report.disagreements.isEmpty)
            #expect(try await lab.storage.job(orphan)?.generation == 2)
            #expect(try await lab.storage.job(last)?.state == .failed)
            #expect(try await lab.storage.history(of: silent).last?.reason == "unpublished")
            #expect(try await lab.wakeUps(in: "default") == 5)
            #expect(try await lab.value(of: .repairedOrphans) == 2)
            #expect(try await lab.baton("reconcile", "--dry-run").code == 0)
        }
    }

    @Test("A server whose lease is over is shown, and left to the others")
    func expired() async throws {
        try await withBaton(expecting: [.leftovers, .repairs]) { lab in
            let epoch = ServerEpoch(UUID())
            try await lab.claim([], as: epoch)
            try await lab.query("UPDATE @.server SET lease_until = now() - interval '1 minute'")
            let look = try await lab.baton("reconcile", "--dry-run")
            #expect(look.code == 1 && look.output.contains("expired_server  \(epoch)"))
            let mended = try await lab.baton("reconcile", "--now")
            #expect(mended.code == 1 && mended.output.contains("Still, there is:"))
            #expect(try await lab.value(String.self, "SELECT state FROM @.servers") == "expired")
        }
    }

    @Test("Without a broker that can be reached nothing is touched")
    func noBroker() async throws {
        try await withBaton { lab in
            let run = try await lab.baton(
                "reconcile",
                "--now",
                with: ["BATON_RABBITMQ_URL": "amqp://guest:secret@127.0.0.1:1/none"]
            )
            #expect(run.code == 8 && !run.errors.contains("secret"), "\(run.errors)")
            #expect(try await lab.baton("reconcile").code == 64)
            #expect(try await lab.baton("reconcile", "--now", "--dry-run").code == 64)
        }
    }
}
