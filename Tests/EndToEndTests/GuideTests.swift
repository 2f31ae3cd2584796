import Baton
import EndToEndSupport
import Foundation
import Testing

@Suite("Guides", .timeLimit(.minutes(15)))
struct GuideTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent()

    @Test("The guides show only code that is compiled")
    func samplesAreCompiled() throws {
        let samples = try texts(in: "Guides", "swift").values.flatMap {
            $0.split(separator: "\n", omittingEmptySubsequences: false)
        }
        .map { $0.trimmingCharacters(in: .whitespaces) }
        .joined(separator: "\n")
        var count = 0
        for (name, guide) in try texts(in: "../../Sources/Baton/Baton.docc", "md") {
            for block in guide.components(separatedBy: "```swift\n").dropFirst() {
                let lines = block.components(separatedBy: "\n```")[0].split(
                    separator: "\n",
                    omittingEmptySubsequences: false
                )
                let code = lines.map { $0.trimmingCharacters(in: .whitespaces) }.joined(separator: "\n")
                #expect(samples.contains(code), "not compiled, in \(name):\n\(code)")
                count += 1
            }
        }
        #expect(count > 10)
    }

    @Test("Links between the guides lead somewhere")
    func linksLeadSomewhere() throws {
        let guides = try texts(in: "../../Sources/Baton/Baton.docc", "md")
        for (name, guide) in guides {
            for link in guide.components(separatedBy: "<doc:").dropFirst() {
                let target = link.components(separatedBy: ">")[0]
                #expect(guides["\(target).md"] != nil, "\(name) leads to \(target)")
            }
        }
    }

    @Test("What the guides show of reports, retries and entries does what they say")
    func samplesWork() async throws {
        try await withBaton { lab in
            try await setEntries(lab.jobs)
            try await lookAfterEntries(lab.jobs)
            #expect(try await lab.jobs.recurring.list().map(\.id).sorted() == ["reindex", "sweep"])
            #expect(try occurrences(of: "0 9 * * MON-FRI").count == 5)

            try await lab.withServer(queues: ["default", "reports", "search"]) {
                Reports(folder: "/reports")
                Billing.self
                Reindex.self
            } while: { _ in
                let report = try await lab.jobs.enqueue(Reports.$monthly(year: 2026, month: 11))
                try await lab.wait(for: report.id, .succeeded)
                #expect(try await report.result() == "/reports/2026-11.pdf")
                #expect(try await report.status()?.progress?.message == "day 31")

                let unknown = try await lab.jobs.enqueue(Billing.$charge(account: 0))
                try await lab.wait(for: unknown.id, .failed)
                let closed = try await lab.jobs.enqueue(Billing.$charge(account: 1_000_000))
                try await lab.wait(for: closed.id, .deleted)
                #expect(try await closed.history().last?.reason?.contains("the account was closed") == true)

                // No entry makes a job that the server leaves behind when it stops.
                for entry in ["reindex", "sweep"] { try await lab.jobs.recurring.remove(entry) }
                try await eventually("what the entries have made has run") {
                    try await lab.count(.enqueued) + lab.count(.processing) == 0
                }
            }
        }
    }

    private func texts(in folder: String, _ kind: String) throws -> [String: String] {
        let folder = Self.folder.appending(path: folder).standardized
        let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        return try Dictionary(
            uniqueKeysWithValues: files.filter { $0.pathExtension == kind }.map { file in
                (file.lastPathComponent, try String(contentsOf: file, encoding: .utf8))
            }
        )
    }
}
