import Testing

@testable import BatonBench

@Suite("A producer that is too fast")
struct FloodTests {
    @Test("It waits for answers rather than pile up what it has")
    func bounded() {
        let tally = FloodTally()
        #expect(tally.begin(atMost: 2) && tally.begin(atMost: 2))
        #expect(!tally.begin(atMost: 2))
        tally.end(taken: 60, of: 100)
        #expect(tally.begin(atMost: 2))
        #expect(tally.taken == 60)
        #expect(tally.refused == 40)
    }

    @Test("Memory is compared once everything is full, and only where there is enough to compare")
    func memory() throws {
        let tally = FloodTally()
        for _ in 0..<3 { tally.look() }
        #expect(tally.memory == nil)
        tally.look()
        let memory = try #require(tally.memory)
        #expect(memory.early > 1 && memory.late > 1)
    }
}
