import Testing

@testable import Baton

@Suite struct ClaimOrderTests {
    private typealias Kind = ClaimOrder.Kind

    /// How many turns each kind gets, of so many.
    private func shares(_ order: inout ClaimOrder, of kinds: [Kind], in turns: Int) -> [Kind: Int] {
        var shares: [Kind: Int] = [:]
        for _ in 0..<turns {
            if let kind = order.next(among: kinds) { shares[kind, default: 0] += 1 }
        }
        return shares
    }

    private func message(_ queue: String, _ level: JobPriorityLevel = .normal) -> DispatchMessage {
        DispatchMessage(id: Sample.id(1), generation: 1, queue: queue, name: "sample", level: level)
    }

    @Test(
        arguments: [
            (Int.max, JobPriorityLevel.urgent), (10, .urgent), (9, .high), (1, .high), (0, .normal), (-1, .low),
            (Int.min, .low),
        ]
    )
    func aPriorityHasALevel(_ priority: Int, _ level: JobPriorityLevel) {
        #expect(JobPriorityLevel(priority) == level)
    }

    @Test func levelsShareExactlyOverACycle() {
        var order = ClaimOrder(.arrival, queues: ["a", "b"])
        let kinds = JobPriorityLevel.allCases.map { Kind(place: 0, level: $0) }
        for _ in 0..<3 {
            let shares = shares(&order, of: kinds, in: 15)
            #expect(kinds.map { shares[$0] } == [1, 2, 4, 8])
        }
    }

    @Test func theFirstTurnIsTheHighestLevels() {
        var order = ClaimOrder()
        #expect(order.next(among: [Kind(place: 0, level: .low), Kind(place: 0, level: .high)])?.level == .high)
    }

    @Test func queuesShareByTheirWeights() {
        var order = ClaimOrder(.weighted(["a": 5, "b": 2]), queues: ["a", "b", "c"])
        let kinds = (0..<3).map { Kind(place: $0, level: .normal) }
        let shares = shares(&order, of: kinds, in: 80)
        #expect(kinds.map { shares[$0] } == [50, 20, 10])
    }

    @Test func levelsShareWithinEachQueue() {
        var order = ClaimOrder(.weighted(["a": 3]), queues: ["a", "b"])
        let kinds = (0..<2).flatMap { place in [JobPriorityLevel.high, .normal].map { Kind(place: place, level: $0) } }
        let shares = shares(&order, of: kinds, in: 12)
        #expect(kinds.map { shares[$0] } == [6, 3, 2, 1])
    }

    @Test func aQueueThatIsListedEarlierGoesFirst() {
        var order = ClaimOrder(.strict, queues: ["a", "b"])
        let kinds = [Kind(place: 1, level: .urgent), Kind(place: 0, level: .low)]
        #expect(shares(&order, of: kinds, in: 10) == [kinds[1]: 10])
        #expect(order.next(among: [kinds[0]]) == kinds[0])
    }

    @Test func whoWantsNoTurnLosesNoneAndSavesNoneUp() {
        var order = ClaimOrder(.weighted(["a": 3, "b": 1]), queues: ["a", "b"])
        let (a, b) = (Kind(place: 0, level: .normal), Kind(place: 1, level: .normal))
        #expect(shares(&order, of: [b], in: 100) == [b: 100])
        #expect(shares(&order, of: [a, b], in: 8) == [a: 6, b: 2])
        #expect(shares(&order, of: [], in: 8) == [:])
    }

    /// Whatever comes and goes beside it, a kind that always waits is never passed over for long.
    @Test func nothingStarves() {
        var generator = SeededGenerator(seed: 7)
        let names = ["a", "b", "c"]
        var order = ClaimOrder(.weighted(["a": 9, "b": 4]), queues: names)
        let others = (0..<3).flatMap { place in JobPriorityLevel.allCases.map { Kind(place: place, level: $0) } }
        let lowest = Kind(place: 2, level: .low)
        var passedOver = 0
        for _ in 0..<20_000 {
            let kinds = Set(others.filter { _ in Bool.random(using: &generator) }).union([lowest])
            passedOver = order.next(among: kinds) == lowest ? 0 : passedOver + 1
            guard passedOver < 1_000 else {
                Issue.record("it starves")
                return
            }
        }
    }

    @Test func onlyWhereQueuesCountAreTheyToldApart() {
        let order = ClaimOrder(.arrival, queues: ["a", "b"])
        #expect(order.kind(of: message("a")) == order.kind(of: message("b")) && !order.heedsQueues)
        #expect(order.kind(of: message("a")) != order.kind(of: message("a", .low)))
        #expect(!ClaimOrder(.strict, queues: ["a"]).heedsQueues)
        let strict = ClaimOrder(.strict, queues: ["a", "b"])
        #expect(strict.kind(of: message("a")) != strict.kind(of: message("b")))
    }

    @Test func looksWithoutMessagesTakeTurnsToo() {
        var order = ClaimOrder(.weighted(["b": 2]), queues: ["a", "b"])
        let looks = (0..<30).map { _ in order.look(through: ["a", "b"]) }
        #expect(looks.count { $0.queues == ["b", "a"] } == 20 && looks.count { $0.queues == ["a", "b"] } == 10)
        let levels = Dictionary(grouping: looks) { $0.levels[0] }.mapValues(\.count)
        #expect(levels == [.urgent: 16, .high: 8, .normal: 4, .low: 2])
        #expect(looks.allSatisfy { $0.levels.sorted() == JobPriorityLevel.allCases })
        // Where only these two have jobs, the lower one has its share, too.
        let low = looks.count { $0.levels.firstIndex(of: .low) ?? 9 < $0.levels.firstIndex(of: .normal) ?? 0 }
        #expect((8...12).contains(low))
        var strict = ClaimOrder(.strict, queues: ["a", "b"])
        #expect((0..<9).allSatisfy { _ in strict.look(through: ["a", "b"]).queues == ["a", "b"] })
    }

    @Test func weightsAreChecked() {
        #expect(QueueOrder.weighted(["a": 1, "b": 0]).invalidWeight == "b")
        #expect(QueueOrder.weighted(["a": 1001]).invalidWeight == "a")
        #expect(QueueOrder.weighted(["a": 1000]).invalidWeight == nil && QueueOrder.strict.invalidWeight == nil)
    }
}
