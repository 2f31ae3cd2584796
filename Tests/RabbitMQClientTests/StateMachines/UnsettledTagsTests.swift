import Testing

@testable import RabbitMQClient

struct UnsettledTagsTests {
    private func tags(_ count: UInt64) throws -> UnsettledTags {
        var tags = UnsettledTags()
        for tag in 1...count { try tags.deliver(tag) }
        return tags
    }

    @Test
    func settlesABatchInOneWord() throws {
        var tags = try self.tags(10)
        let settlement = tags.settle([1, 2, 3, 4])
        #expect(settlement == .init(upTo: 4))
        #expect(tags.count == 6)
    }

    @Test
    func neverSettlesWhatIsStillOpen() throws {
        var tags = try self.tags(6)
        #expect(tags.settle([3, 5]) == .init(single: [3, 5]))
        // 3 and 5 are settled already; 4 closes the gap below 5, and one word up to 4 leaves nothing open below it.
        #expect(tags.settle([1, 2, 4]) == .init(upTo: 4))
        #expect(tags.settle([6]) == .init(upTo: 6))
        #expect(tags.count == 0)
    }

    @Test
    func passesOverWhatIsNotOpen() throws {
        var tags = try self.tags(3)
        #expect(tags.settle([2, 2, 9, 0]) == .init(single: [2], passedOver: 3))
        #expect(tags.settle([1, 2]) == .init(upTo: 1, passedOver: 1))
    }

    @Test
    func refusesGapsInTheBrokersCount() throws {
        var tags = try self.tags(2)
        #expect(throws: RabbitMQError.self) { try tags.deliver(4) }
        #expect(throws: RabbitMQError.self) { try tags.deliver(2) }
    }

    @Test(arguments: 0..<20)
    func tellsTheBrokerAboutEachExactlyOnce(_ seed: Int) throws {
        var tags = UnsettledTags()
        var open: Set<UInt64> = []
        var delivered: UInt64 = 0
        while delivered < 400 || !open.isEmpty {
            if delivered < 400 {
                for _ in 0..<Int.random(in: 0...10) where delivered < 400 {
                    delivered += 1
                    try tags.deliver(delivered)
                    open.insert(delivered)
                }
            }
            let chosen = Set(open.shuffled().prefix(Int.random(in: 0...8)))
            let settlement = tags.settle(chosen)
            // As the broker reads it.
            var settled = Set(settlement.single)
            if let upTo = settlement.upTo { settled.formUnion(open.filter { $0 <= upTo }) }
            #expect(settled == chosen)
            open.subtract(chosen)
            #expect(tags.count == open.count)
        }
    }
}
