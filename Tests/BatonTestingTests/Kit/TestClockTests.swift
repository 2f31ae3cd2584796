import Baton
import BatonTesting
import Foundation
import Testing

@Suite("Kit: the clock that tests move")
struct TestClockTests {
    @Test("It stands still until it is moved, and never goes back")
    func moves() {
        let start = Date(timeIntervalSince1970: 1_790_000_000)
        let clock = TestClock(date: start)
        #expect(clock.date == start)
        #expect(clock.now.offset == .zero)
        clock.advance(by: .seconds(90))
        #expect(clock.date == start.addingTimeInterval(90))
        clock.advance(by: .seconds(-10))
        clock.advance(to: start.addingTimeInterval(80))
        #expect(clock.now.offset == .seconds(90))
        clock.advance(to: start.addingTimeInterval(100))
        #expect(clock.now.offset == .seconds(100))
    }

    @Test("What is scheduled for a while is due after that while, whenever the kit was made")
    func roundsToTheSameSide() async throws {
        for step in 0..<200 {
            let date = Date(timeIntervalSince1970: 1_790_000_000 + Double(step) * 1.000_000_25)
            let kit = try JobTestKit(clock: TestClock(date: date)) { Greet.self }
            try await kit.jobs.schedule(Greet(address: "ada"), in: .milliseconds(100))
            kit.clock.advance(by: .milliseconds(100))
            #expect(try await kit.drain().succeeded == 1)
        }
    }

    @Test("Of those who sleep, it wakes whom it passes")
    func wakes() async throws {
        let clock = TestClock()
        let notebook = Notebook()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for seconds in [10, 20, 30] {
                group.addTask {
                    try await clock.sleep(for: .seconds(seconds))
                    notebook.write("\(seconds)")
                }
            }
            try await clock.waitForSleepers(3)
            clock.advance(by: .seconds(20))
            try await group.next()
            try await group.next()
            #expect(Set(notebook.lines) == ["10", "20"])
            #expect(clock.sleeperCount == 1)
            clock.advance(by: .seconds(10))
            try await group.waitForAll()
        }
        #expect(notebook.lines.last == "30")
        #expect(clock.sleeperCount == 0)
        // Over already.
        try await clock.sleep(until: JobInstant(offset: .seconds(5)))
    }

    @Test("A sleeper and whoever waits for sleepers give way to cancellation")
    func cancellation() async throws {
        let clock = TestClock()
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                await #expect(throws: CancellationError.self) { try await clock.sleep(for: .seconds(10)) }
            }
            group.addTask {
                await #expect(throws: CancellationError.self) { try await clock.waitForSleepers(2) }
            }
            try? await clock.waitForSleepers()
            group.cancelAll()
        }
        #expect(clock.sleeperCount == 0)
    }

    @Test("Ids of a kit follow from its seed and its clock")
    func seeds() async throws {
        let date = Date(timeIntervalSince1970: 1_790_000_000)
        func ids(seed: UInt64) async throws -> [JobID] {
            let kit = try JobTestKit(clock: TestClock(date: date), seed: seed) { Greet.self }
            for address in ["a", "b"] { try await kit.jobs.enqueue(Greet(address: address)) }
            return kit.enqueuedJobs.map(\.id)
        }
        #expect(try await ids(seed: 1) == ids(seed: 1))
        #expect(try await ids(seed: 1) != ids(seed: 2))
    }
}
