import Baton
import EndToEndSupport
import Foundation
import PostgresClient
import Testing

@Suite("README", .timeLimit(.minutes(15)))
struct ReadmeTests {
    @Test("The samples are code that is compiled, to the letter")
    func samplesAreCompiled() throws {
        let here = URL(filePath: #filePath).deletingLastPathComponent()
        let readme = try String(contentsOf: here.appending(path: "../../README.md").standardized, encoding: .utf8)
        let compiled = try ["../../Sources/BatonQuickstart/Quickstart.swift", "ReadmeSample.swift"].map { path in
            try String(contentsOf: here.appending(path: path).standardized, encoding: .utf8)
        }
        let blocks = readme.components(separatedBy: "```swift\n").dropFirst().map { block in
            block.components(separatedBy: "```")[0]
        }
        #expect(blocks == compiled)
    }

    @Test("What the sample enqueues runs, and says what it was asked to say")
    func sampleWorks() async throws {
        try await withBaton { lab in
            try await lab.withServer(queues: ["mail", "default"]) {
                Mailer(sender: "office@example.org")
            } while: { _ in
                let id = try await greet("ada@example.org", with: lab.jobs)
                try await lab.wait(for: id, .succeeded)
                let result = try await lab.jobs.job(id, returning: String.self).result()
                #expect(result == "From office@example.org to ada@example.org, in en")
            }
            let rows = try await lab.query("SELECT queue, arguments::text FROM @.jobs WHERE state = 'scheduled'")
            let (queue, arguments) = try #require(rows.first).decode((String, String).self)
            #expect(queue == "mail")
            #expect(arguments == #"{"locale": "fr", "address": "ada@example.org"}"#)
        }
    }
}
