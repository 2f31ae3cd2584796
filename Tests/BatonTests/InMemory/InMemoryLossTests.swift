import Testing

@testable import Baton

/// Probes, and queues that lose what they held.
@Suite struct InMemoryLossTests {
    private let transport = InMemoryTransport(clock: ManualClock())
    private let probe = ProbeID(Sample.uuid(1000))

    /// What came to a consumer, in order.
    private final class Intake: Sendable {
        let consumer: InMemoryConsumer
        let events = Shared<[TransportEvent]>([])

        init(_ consumer: InMemoryConsumer) {
            self.consumer = consumer
        }

        func run() async {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { try? await self.consumer.run() }
                while let event = await consumer.next() {
                    events.change { $0.append(event) }
                }
                group.cancelAll()
            }
        }

        var deliveries: [Delivery] {
            events.value.flatMap { event -> [Delivery] in
                if case .arrived(let deliveries, _) = event { deliveries } else { [] }
            }
        }

        var numbers: [JobID] { deliveries.map(\.message.id) }

        var returns: [ProbeReturn] {
            events.value.flatMap { event -> [ProbeReturn] in
                if case .probed(let returns) = event { returns } else { [] }
            }
        }

        func index(of isIt: (TransportEvent) -> Bool) -> Int? {
            events.value.firstIndex(where: isIt)
        }
    }

    private final class Watch: QueueWatch {
        let asked = Shared<[String]>([])
        let answers = Shared<[Bool?]>([])
        let gate = Gate()

        func queueIsMissing(_ queue: String, isStillMissing: @Sendable () async -> Bool?) async {
            asked.change { $0.append(queue) }
            await gate.pass()
            let answer = await isStillMissing()
            answers.change { $0.append(answer) }
        }
    }

    private func running(
        prefetch: Int = 10,
        willConsume: (@Sendable (String) async -> Bool)? = nil,
        body: (Intake) async throws -> Void
    ) async throws {
        let intake = Intake(
            transport.makeConsumer(
                queues: ["default"],
                prefetch: prefetch,
                presence: ServerPresence(Sample.uuid(1)),
                willConsume: willConsume
            )
        )
        try await withThrowingTaskGroup(of: Void.self) { group in
            defer { group.cancelAll() }
            group.addTask { await intake.run() }
            try await eventually("it is connected") { intake.events.value.first == .connected }
            try await body(intake)
        }
    }

    private func publish(_ bundles: [Int]...) -> [PublishOutcome] {
        let outcomes = Shared<[PublishOutcome]>([])
        transport.publish(bundles.map { DispatchBundle($0.map { Sample.message($0) }) }) { answer in
            outcomes.change { $0 += answer }
        }
        return outcomes.value
    }

    @Test func aProbeComesBackThroughEachLaneBehindWhatWasThere() async throws {
        _ = publish([1], [2], [3, 4])
        #expect(await transport.publish(probe, to: "default"))
        #expect(transport.depth == 4, "a probe is no wake-up")
        try await running(prefetch: 1) { intake in
            try await eventually("the other lanes answer") { intake.returns.map(\.lane).sorted() == [1, 2, 3, 4] }
            for count in 1...2 {
                try await eventually("number \(count) comes") { intake.numbers.contains(Sample.id(count)) }
                #expect(intake.returns.count == 4, "the probe is behind it")
                await intake.consumer.acknowledge(intake.deliveries.filter { $0.message.id == Sample.id(count) })
            }
            try await eventually("the last answers") { intake.returns.count == 5 && intake.returns.last?.lane == 0 }
            #expect(intake.returns.allSatisfy { $0.probe == probe && $0.queue == "default" && $0.lanes == 5 })
        }
        #expect(transport.depth == 2, "probes are settled, the bundle is not")
    }

    @Test func catchingUpComesBehindEveryDelivery() async throws {
        try await running { intake in
            _ = publish([1], [2, 3])
            #expect(await intake.consumer.catchUp(queue: "default", probe: probe))
            #expect(await intake.consumer.catchUp(queue: "other", probe: probe) == false)
            _ = publish([4])
            try await eventually("all is here") { intake.numbers.count == 4 }
            let caughtUp = try #require(intake.index { $0 == .caughtUp(queue: "default", probe: probe) })
            let last = try #require(
                intake.index { event in
                    guard case .arrived(let deliveries, _) = event else { return false }
                    return deliveries.contains { $0.message.id == Sample.id(3) }
                }
            )
            #expect(last < caughtUp)
            transport.goDown()
            #expect(await intake.consumer.catchUp(queue: "default", probe: probe) == false)
        }
    }

    @Test func messagesAreLostAndProbesStillCome() async throws {
        _ = publish([1], [2], [3], [4, 5])
        #expect(transport.lose(Sample.message(5)) == [Sample.message(4), Sample.message(5)])
        #expect(transport.lose(Sample.message(2)) == [Sample.message(2)])
        #expect(transport.purge("default") == [Sample.message(1), Sample.message(3)])
        #expect(await transport.publish(probe, to: "default"))
        try await running { intake in
            try await eventually("the probe is back") { intake.returns.count == 5 }
            #expect(intake.numbers.isEmpty)
        }
    }

    @Test func aConsumerAsksEachTimeBeforeItConsumes() async throws {
        let (asked, isWanted) = (Shared(0), Shared(true))
        let willConsume: @Sendable (String) async -> Bool = { _ in
            asked.change { $0 += 1 }
            return isWanted.value
        }
        try await running(willConsume: willConsume) { intake in
            #expect(asked.value == 1)
            transport.cut()
            try await eventually("it asks again") { asked.value == 2 }
            isWanted.change { $0 = false }
            transport.delete("default")
            try await eventually("it asks for the new queue") { asked.value == 3 }
            #expect(publish([1]) == [.confirmed])
            transport.cut()
            try await eventually("and once more") { asked.value == 4 }
            #expect(intake.numbers.isEmpty && transport.depth == 1)
            isWanted.change { $0 = true }
            transport.cut()
            try await eventually("it consumes") { intake.numbers == [Sample.id(1)] }
        }
    }

    @Test func whoWatchesIsAskedOnceBeforeAMissingQueueIsMade() async throws {
        let watch = Watch()
        transport.watch(watch)
        transport.watch(Watch())
        try await running { intake in
            #expect(publish([1], [2, 3]) == [.confirmed, .confirmed])
            try await eventually("both are here") { transport.unsettledCount == 3 }
            #expect(watch.asked.value.isEmpty)
            transport.delete("default")
            #expect(transport.unsettledCount == 0 && transport.depth == 0)
            for _ in 0..<3 {
                #expect(publish([4]) != [.confirmed])
                #expect(await transport.publish(probe, to: "default") == false)
            }
            try await eventually("it is asked") { !watch.asked.value.isEmpty }
            watch.gate.open()
            try await eventually("the queue is there") { publish([5]) == [.confirmed] }
            try await eventually("and consumed") { intake.numbers.contains(Sample.id(5)) }
            #expect(watch.asked.value == ["default"] && watch.answers.value == [true])
        }
    }

    @Test func aMissingQueueIsMadeWhereNobodyWatches() async throws {
        transport.delete("default")
        #expect(publish([1]) == [.confirmed])
        try await running { intake in
            try await eventually("it comes") { intake.numbers == [Sample.id(1)] }
            transport.delete("default")
            #expect(publish([2]) == [.confirmed])
            try await eventually("it is consumed again") { intake.numbers.last == Sample.id(2) }
        }
    }
}
