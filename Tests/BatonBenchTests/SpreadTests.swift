import Testing

@testable import BatonBench

@Suite("Spread")
struct SpreadTests {
    @Test("The median is the middle of an odd number, and the mean of the two middle ones of an even number")
    func median() {
        #expect(Spread([3, 1, 2]) == Spread(median: 2, minimum: 1, maximum: 3))
        #expect(Spread([4, 1, 2, 10])?.median == 3)
        #expect(Spread([]) == nil)
    }
}
