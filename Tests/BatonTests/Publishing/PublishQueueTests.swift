import Testing

@testable import Baton

@Suite struct PublishQueueTests {
    private let refusal = PublishOutcome.refused(reason: "nacked")

    private func item(_ number: Int) -> PublishQueue.Item {
        PublishQueue.Item(
            message: Sample.message(number),
            mark: PublishMark(session: Sample.session(1), sequence: Int64(number))
        )
    }

    private func numbers(_ batch: [PublishQueue.Parcel]) -> [Int64] {
        batch.flatMap(\.items).map(\.mark.sequence)
    }

    private func sizes(_ batch: [PublishQueue.Parcel]) -> [Int] {
        batch.map(\.items.count)
    }

    @Test func eachTravelsByItselfWhereThereIsRoom() {
        var queue = PublishQueue(patience: .seconds(10), maximumInFlight: 5)
        queue.append((1...3).map(item))
        let first = queue.take(at: Sample.instant(0))
        #expect(numbers(first) == [1, 2, 3])
        #expect(sizes(first) == [1, 1, 1])
        queue.append((4...5).map(item))
        #expect(sizes(queue.take(at: Sample.instant(0))) == [1, 1])
        queue.append((6...7).map(item))
        #expect(queue.take(at: Sample.instant(0)).isEmpty, "no more than five are on the wire")
        _ = queue.resolve(first, [.confirmed, .confirmed, .confirmed], at: Sample.instant(0), retryAfter: .zero)
        #expect(numbers(queue.take(at: Sample.instant(0))) == [6, 7])
    }

    /// However fast the broker confirms.
    @Test func manyAtATimeTravelInBundlesUntilTheyComeSlowerAgain() {
        var queue = PublishQueue(patience: .seconds(10), maximumInFlight: 4)
        var number = 0
        func sizesOfNext(_ count: Int, at seconds: Double) -> [Int] {
            queue.append((number..<(number + count)).map { item($0) })
            number += count
            let batch = queue.take(at: Sample.instant(seconds))
            _ = queue.resolve(
                batch,
                batch.map { _ in .confirmed },
                at: Sample.instant(seconds),
                retryAfter: .zero
            )
            return sizes(batch)
        }
        #expect(sizesOfNext(1, at: 0) == [1])
        #expect(sizesOfNext(3, at: 0.001) == [1, 1, 1])
        #expect(sizesOfNext(5, at: 0.002) == [5])
        #expect(sizesOfNext(1, at: 0.003) == [1])
        #expect(sizesOfNext(40, at: 0.019) == [14, 14, 12])
        #expect(sizesOfNext(3, at: 0.020) == [1, 1, 1])
        #expect(sizesOfNext(3, at: 0.030) == [3])
        #expect(sizesOfNext(4, at: 1) == [1, 1, 1, 1])
        #expect(queue.isEmpty)
    }

    /// One call of each of several functions at a time, over and over.
    @Test func manyOfSeveralKindsAreNotCutIntoSingles() {
        var queue = PublishQueue(patience: .seconds(10), maximumInFlight: 8)
        queue.append((1...8).map(item))
        let first = queue.take(at: Sample.instant(0))
        _ = queue.resolve(first, first.map { _ in .confirmed }, at: Sample.instant(0), retryAfter: .zero)
        queue.append(
            (0..<12).map { number in
                var message = Sample.message(number)
                message.name = "function-\(number % 3)"
                return PublishQueue.Item(
                    message: message,
                    mark: PublishMark(session: Sample.session(1), sequence: Int64(number))
                )
            }
        )
        let batch = queue.take(at: Sample.instant(0.001))
        #expect(sizes(batch) == [4, 4, 4])
    }

    @Test func whatWouldHaveToWaitTravelsInBundlesAsSmallAsTheRoomAllows() {
        var queue = PublishQueue(patience: .seconds(10), maximumInFlight: 4)
        queue.append((1...10).map(item))
        let batch = queue.take(at: Sample.instant(0))
        #expect(sizes(batch) == [3, 3, 3, 1])
        #expect(numbers(batch) == (1...10).map { $0 })
        _ = queue.resolve(batch, batch.map { _ in .confirmed }, at: Sample.instant(0), retryAfter: .zero)
        queue.append((11...1_000).map(item))
        #expect(sizes(queue.take(at: Sample.instant(0))) == [64, 64, 64, 64])
    }

    @Test func aBundleIsOfOneQueueAndOneFunction() {
        var queue = PublishQueue(patience: .seconds(10), maximumInFlight: 3)
        let messages = (0..<12).map { number in
            DispatchMessage(
                id: Sample.message(number).id,
                generation: 1,
                queue: number % 2 == 0 ? "a" : "b",
                name: number < 6 ? "first" : "second"
            )
        }
        queue.append(
            zip(messages, 1...).map { message, number in
                PublishQueue.Item(message: message, mark: PublishMark(session: Sample.session(1), sequence: number))
            }
        )
        var taken: [PublishQueue.Parcel] = []
        while true {
            let batch = queue.take(at: Sample.instant(0))
            if batch.isEmpty { break }
            #expect(batch.count <= 3)
            taken += batch
            _ = queue.resolve(batch, batch.map { _ in .confirmed }, at: Sample.instant(0), retryAfter: .zero)
        }
        #expect(taken.allSatisfy { Set($0.items.map { "\($0.message.queue) \($0.message.name)" }).count == 1 })
        #expect(Set(numbers(taken)) == Set(1...12))
    }

    @Test func itIsEmptyOnlyWhenTheLastAnswerIsIn() {
        var queue = PublishQueue(patience: .seconds(10), maximumInFlight: 256)
        #expect(queue.isEmpty)
        queue.append([item(1)])
        #expect(!queue.isEmpty)
        let batch = queue.take(at: Sample.instant(0))
        #expect(!queue.isEmpty)
        _ = queue.resolve(batch, [.confirmed], at: Sample.instant(0), retryAfter: .seconds(1))
        #expect(queue.isEmpty)
    }

    @Test func theUnconfirmedGoAgainInFrontOfNewerOnesOnceTheirWaitIsOver() {
        var queue = PublishQueue(patience: .seconds(10), maximumInFlight: 256)
        queue.append((1...3).map(item))
        let batch = queue.take(at: Sample.instant(0))
        queue.append([item(4)])
        let (confirmed, givenUp) = queue.resolve(
            batch,
            [refusal, .confirmed, refusal],
            at: Sample.instant(1),
            retryAfter: .seconds(0.5)
        )
        #expect(confirmed.map(\.sequence) == [2])
        #expect(givenUp.isEmpty)
        #expect(queue.nextRetry == Sample.instant(1.5))
        queue.wakeRetries(at: Sample.instant(1.4))
        #expect(queue.nextRetry != nil)
        queue.wakeRetries(at: Sample.instant(1.5))
        #expect(queue.nextRetry == nil)
        #expect(numbers(queue.take(at: Sample.instant(0))) == [1, 3, 4])
    }

    @Test func aMessageIsGivenUpAfterItsPatienceAndNotBefore() {
        var queue = PublishQueue(patience: .seconds(10), maximumInFlight: 256)
        queue.append([item(1)])
        for second in [0, 4, 9.999] {
            let (_, givenUp) = queue.resolve(
                queue.take(at: Sample.instant(0)),
                [refusal],
                at: Sample.instant(second),
                retryAfter: .zero
            )
            #expect(givenUp.isEmpty)
            queue.wakeRetries(at: Sample.instant(second))
        }
        let (confirmed, givenUp) = queue.resolve(
            queue.take(at: Sample.instant(0)),
            [refusal],
            at: Sample.instant(10),
            retryAfter: .zero
        )
        #expect(confirmed.isEmpty)
        #expect(givenUp.map(\.sequence) == [1])
        #expect(queue.isEmpty)
        #expect(queue.nextRetry == nil)
    }

    @Test func whatExceedsTheCapIsGivenUpAtOnce() {
        let count = PublishQueue.maximumRetries + 3
        var queue = PublishQueue(patience: .seconds(10), maximumInFlight: count)
        queue.append((1...count).map(item))
        let (_, givenUp) = queue.resolve(
            queue.take(at: Sample.instant(0)),
            Array(repeating: refusal, count: count),
            at: Sample.instant(0),
            retryAfter: .seconds(1)
        )
        #expect(givenUp.count == 3)
    }

    /// Every message is at any time in exactly one place, and leaves by exactly one door.
    @Test(arguments: Seeds.many)
    func noMessageIsLostOrDoubled(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var queue = PublishQueue(patience: .seconds(5), maximumInFlight: 7)
        var onWire: [[PublishQueue.Parcel]] = []
        var firstRefusal: [Int64: Double] = [:]
        var (added, now) = (0, 0.0)
        var left: [Int64] = []

        func answer(_ batch: [PublishQueue.Parcel], refused: Int) {
            let outcomes = batch.map { _ in
                Int.random(in: 0..<10, using: &generator) < refused ? refusal : PublishOutcome.confirmed
            }
            for (parcel, outcome) in zip(batch, outcomes) where outcome == refusal {
                for item in parcel.items {
                    firstRefusal[item.mark.sequence] = firstRefusal[item.mark.sequence] ?? now
                }
            }
            let (confirmed, givenUp) = queue.resolve(
                batch,
                outcomes,
                at: Sample.instant(now),
                retryAfter: .seconds(1)
            )
            for mark in givenUp {
                #expect(now - (firstRefusal[mark.sequence] ?? now) >= 5, "given up too early")
            }
            left += (confirmed + givenUp).map(\.sequence)
        }

        for _ in 0..<200 {
            switch Int.random(in: 0..<5, using: &generator) {
            case 0:
                let count = Int.random(in: 1...4, using: &generator)
                queue.append((added..<(added + count)).map { item($0) })
                added += count
            case 1, 2:
                let batch = queue.take(at: Sample.instant(now))
                if !batch.isEmpty { onWire.append(batch) }
            case 3:
                if let index = onWire.indices.randomElement(using: &generator) {
                    answer(onWire.remove(at: index), refused: 6)
                }
            default:
                now += 0.5
                queue.wakeRetries(at: Sample.instant(now))
            }
            #expect(Set(left).count == left.count)
            #expect(queue.isEmpty == (left.count == added))
        }
        // When the broker is well again, everything comes out.
        while !queue.isEmpty {
            for batch in onWire { answer(batch, refused: 0) }
            onWire = []
            now += 1
            queue.wakeRetries(at: Sample.instant(now))
            let batch = queue.take(at: Sample.instant(now))
            if !batch.isEmpty { onWire = [batch] }
        }
        #expect(left.sorted() == (0..<Int64(added)).map { $0 })
    }

    // MARK: Levels

    private func item(_ number: Int, _ level: JobPriorityLevel) -> PublishQueue.Item {
        var message = Sample.message(number)
        message.level = level
        return PublishQueue.Item(
            message: message,
            mark: PublishMark(session: Sample.session(1), sequence: Int64(number))
        )
    }

    @Test func onlyNormalOnesAreBundledAndHigherLevelsGoFirst() {
        var queue = PublishQueue(patience: .seconds(10), maximumInFlight: 8)
        queue.append((1...100).map(item) + [item(101, .low), item(102, .urgent), item(103, .high), item(104, .urgent)])
        let batch = queue.take(at: Sample.instant(0))
        #expect(batch.count == 8)
        #expect(batch.allSatisfy { $0.items.count == 1 || $0.bundle.level == .normal })
        #expect(batch.prefix(2).map(\.bundle.level) == [.urgent, .urgent])
        #expect(batch.contains { $0.bundle.level == .normal }, "normal ones have their share of the room")
    }

    @Test func aFloodOfHighOnesLeavesNormalOnesTheirShareAlsoWhereManyComeAtATime() {
        var queue = PublishQueue(patience: .seconds(10), maximumInFlight: 8)
        for round in 0..<3 {
            queue.append((0..<100).map { item(1_000 * round + $0, .high) })
            queue.append((100..<200).map { item(1_000 * round + $0) })
            let batch = queue.take(at: Sample.instant(0))
            #expect(batch.contains { $0.bundle.level == .high } && batch.contains { $0.bundle.level == .normal })
            #expect(batch.count <= 8)
            _ = queue.resolve(batch, batch.map { _ in .confirmed }, at: Sample.instant(0), retryAfter: .zero)
        }
    }

    @Test func aFloodOfOneLevelKeepsNoOtherOffTheWire() {
        var queue = PublishQueue(patience: .seconds(10), maximumInFlight: 1)
        queue.append((1...60).map { item($0, JobPriorityLevel.allCases[$0 % 4]) })
        var levels: [JobPriorityLevel] = []
        for _ in 0..<15 {
            let batch = queue.take(at: Sample.instant(0))
            levels += batch.map(\.bundle.level)
            _ = queue.resolve(batch, batch.map { _ in .confirmed }, at: Sample.instant(0), retryAfter: .zero)
        }
        // All normal ones travel together when it is their turn, and leave the next one to the others.
        #expect(JobPriorityLevel.allCases.map { level in levels.count { $0 == level } } == [1, 1, 4, 9])
    }

    @Test func whatIsTriedAgainIsTheFirstOfItsLevel() {
        var queue = PublishQueue(patience: .seconds(10), maximumInFlight: 2)
        queue.append([item(1, .high), item(2, .high)])
        let batch = queue.take(at: Sample.instant(0))
        queue.append([item(3, .high)])
        _ = queue.resolve(batch, [refusal, refusal], at: Sample.instant(0), retryAfter: .zero)
        #expect(!queue.isEmpty)
        queue.wakeRetries(at: Sample.instant(1))
        #expect(numbers(queue.take(at: Sample.instant(0))) == [1, 2])
    }
}
