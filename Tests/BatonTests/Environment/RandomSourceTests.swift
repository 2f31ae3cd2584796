import Testing

@testable import Baton

@Suite struct RandomSourceTests {
    /// What a draw leaves out is zero, and so would be the same in both.
    @Test(arguments: [0, 1, 32, 33, 1_000])
    func theSystemGivesAsManyNumbersAsAskedForAndNoneTwice(count: Int) {
        let source = SystemRandomSource()
        let (one, other) = (source.next(count), source.next(count))
        #expect(one.count == count)
        #expect(other.count == count)
        #expect(Set(one + other).count == 2 * count)
    }

    @Test(arguments: Seeds.few)
    func severalNumbersAreThoseThatWouldHaveComeOneByOne(seed: UInt64) {
        let (atOnce, single) = (SeededRandom(seed: seed), SeededRandom(seed: seed))
        for count in [0, 1, 33] {
            var numbers: [UInt64] = []
            for _ in 0..<count { numbers.append(single.next()) }
            #expect(atOnce.next(count) == numbers)
        }
        #expect(atOnce.next() == single.next())
    }
}
