import Baton
import EndToEndSupport
import Foundation
import Testing

@Suite("Rejects, by hand", .timeLimit(.minutes(15)))
struct RejectsTests {
    private struct Reject: Decodable {
        var id: String
        var code: String?
        var reason: String?
        var producer: String?
        var messageId: String?
        var body: String?
        var bodyBase64: String?
        var outcome: String?
        var jobId: String?
    }

    private struct List: Decodable {
        var rejects: [Reject]
    }

    private struct Shown: Decodable {
        var reject: Reject
    }

    private func reject(_ messageID: String, _ code: SubmissionReject.Code, body: [UInt8]) -> RejectedSubmission {
        var message = SubmittedMessage(queue: "default", exchange: "x.submit", routingKey: "default", body: body)
        message.type = Note.name
        message.messageID = messageID
        message.userID = "shop"
        return RejectedSubmission(
            id: JobID(UUID()),
            at: Date(),
            reject: SubmissionReject(code, "because"),
            message: message
        )
    }

    @Test("Rejects are listed, shown, replayed and dropped")
    func lifecycle() async throws {
        try await withBaton(expecting: .leftovers) { lab in
            let bad = reject("m1", .invalidJSON, body: [0xFF])
            let unknown = reject("m2", .unknownType, body: Array(#"{"text": "hello"}"#.utf8))
            try await lab.storage.keepRejects([bad, unknown])

            let all = try await lab.baton("rejects", "list", "--json").document(List.self).rejects
            #expect(Set(all.map(\.id)) == ["\(bad.id)", "\(unknown.id)"] && all.allSatisfy { $0.producer == "shop" })
            let some = try await lab.baton("rejects", "list", "--code", "invalid_json", "--json").document(List.self)
            #expect(some.rejects.map(\.messageId) == ["m1"])
            let table = try await lab.baton("rejects", "list", "--producer", "shop", "--queue", "default")
            #expect(table.code == 0 && table.output.contains("unknown_type") && table.output.contains("because"))

            let shown = try await lab.baton("rejects", "show", "\(unknown.id)", "--json").document(Shown.self).reject
            #expect(shown.body == #"{"text": "hello"}"# && shown.reason == "because")
            let binary = try await lab.baton("rejects", "show", "\(bad.id)", "--json").document(Shown.self).reject
            #expect(binary.body == nil && binary.bodyBase64 == "/w==")
            #expect(try await lab.baton("rejects", "show", "\(JobID(UUID()))").code == 3)

            // Nobody knows the job yet.
            let early = try await lab.baton("rejects", "replay", "\(bad.id)", "\(unknown.id)", "--json")
            #expect(early.code == 4, "\(early.errors)")
            let reasons = try early.document(List.self).rejects.map(\.code)
            #expect(reasons == ["invalid_json", "unknown_type"])

            let epoch = ServerEpoch(UUID())
            try await lab.claim([], as: epoch)
            let late = try await lab.baton("rejects", "replay", "\(unknown.id)", "--json")
            #expect(late.code == 0, "\(late.errors)")
            let replayed = try #require(try late.document(List.self).rejects.first)
            let id = try #require(replayed.jobId.flatMap { JobID($0) })
            #expect(replayed.outcome == "stored")
            #expect(try await lab.jobs.job(id).status()?.state == .enqueued)
            #expect(try await lab.baton("rejects", "replay", "\(unknown.id)").code == 4)
            let noted = try await lab.baton("rejects", "show", "\(unknown.id)", "--json").document(Shown.self).reject
            #expect(noted.jobId == "\(id)")

            let drop = try await lab.baton("rejects", "drop", "\(bad.id)", "\(unknown.id)")
            #expect(drop.code == 0, "\(drop.errors)")
            #expect(try await lab.baton("rejects", "drop", "\(bad.id)").code == 3)
            #expect(try await lab.baton("rejects", "list", "--json").document(List.self).rejects.isEmpty)
            try await lab.storage.deregister(epoch)
        }
    }
}
