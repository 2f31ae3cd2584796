import Baton
import BatonTesting
import Foundation
import Testing

@Suite("Kit: recurring entries")
struct RecurringTests {
    private let notebook = Notebook()

    private func kit() throws -> JobTestKit {
        try JobTestKit(clock: TestClock(date: Date(timeIntervalSince1970: 1_790_000_000))) { [notebook] _ in
            Script { text, _ in
                notebook.write(text)
                return text
            }
        }
    }

    @Test("An entry makes its job when the kit's clock has come to it")
    func firesWithTheClock() async throws {
        let kit = try kit()
        let entry = try await kit.jobs.recurring.set(
            "daily",
            .cron("0 9 * * *", in: "Europe/Paris"),
            Script.Call(text: "a")
        )
        #expect(try await kit.drain().runs.isEmpty)
        kit.clock.advance(to: try #require(entry.nextAt))
        #expect(try await kit.drain().succeeded == 1)
        #expect(try await kit.drain().runs.isEmpty)
        kit.clock.advance(by: .seconds(86_400))
        #expect(try await kit.drain().succeeded == 1)
        #expect(notebook.lines == ["a", "a"])
    }

    @Test("An entry does not keep a drain with the schedule from ending")
    func endsWithTheSchedule() async throws {
        let kit = try kit()
        try await kit.jobs.recurring.set("often", .every(.seconds(1)), Script.Call(text: "often"))
        try await kit.jobs.schedule(Script.Call(text: "late"), in: .milliseconds(3500))
        try await kit.drain(withScheduled: true)
        #expect(notebook.lines.sorted() == ["late", "often", "often", "often"])
    }
}
