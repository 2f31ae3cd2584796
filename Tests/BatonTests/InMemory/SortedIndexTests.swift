import Testing

@testable import Baton

@Suite struct SortedIndexTests {
    /// Against a sorted array: small numbers meet each other, many of them fill several chunks.
    @Test(arguments: Seeds.few)
    func anIndexHoldsWhatASortedArrayHolds(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var index = SortedIndex<Int>()
        var expected: [Int] = []
        for step in 0..<4_000 {
            let element = Int.random(in: 0..<2_000, using: &generator)
            let position = expected.firstIndex { $0 >= element } ?? expected.count
            let isThere = position < expected.count && expected[position] == element
            if step < 2_500 ? Int.random(in: 0..<5, using: &generator) > 0 : Bool.random(using: &generator) {
                index.insert(element)
                if !isThere { expected.insert(element, at: position) }
            } else {
                index.remove(element)
                if isThere { expected.remove(at: position) }
            }
        }
        #expect(Array(index) == expected)
        #expect(index.count == expected.count && index.first == expected.first)
        for lower in [-1, 0, 999, 1_000, 1_999, 2_000] {
            #expect(Array(index.from(lower)) == expected.filter { $0 >= lower })
        }
        for element in expected { index.remove(element) }
        #expect(index.isEmpty && index.first == nil && Array(index.from(0)).isEmpty)
    }

    @Test func ascendingElementsAreKeptInOrderOverManyChunks() {
        var index = SortedIndex<Int>()
        for element in 0..<1_000 { index.insert(element) }
        #expect(Array(index) == Array(0..<1_000))
        #expect(Array(index.from(511).prefix(3)) == [511, 512, 513])
    }
}
