import Testing

@testable import Baton

@Suite struct InMemoryTransportTests {
    private let clock = ManualClock()
    private let transport: InMemoryTransport

    init() {
        transport = InMemoryTransport(clock: clock)
    }

    /// A consumer that takes what comes.
    private final class Intake: Sendable {
        let consumer: InMemoryConsumer
        let deliveries = Shared<[Delivery]>([])
        let words = Shared<[ControlMessage]>([])
        let connections = Shared(0)

        init(_ consumer: InMemoryConsumer) {
            self.consumer = consumer
        }

        var numbers: [JobID] { deliveries.value.map(\.message.id) }

        func run() async {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { try? await self.consumer.run() }
                while let event = await consumer.next() {
                    switch event {
                    case .arrived(let arrived, let words):
                        deliveries.change { $0 += arrived }
                        self.words.change { $0 += words }
                    case .connected: connections.change { $0 += 1 }
                    case .disconnected, .probed, .caughtUp: break
                    }
                }
                group.cancelAll()
            }
        }
    }

    private func intake(prefetch: Int = 10, presence: Int = 1) -> Intake {
        let presence = ServerPresence(Sample.uuid(presence))
        return Intake(transport.makeConsumer(queues: ["default"], prefetch: prefetch, presence: presence))
    }

    /// Runs intakes, connected, for the length of a test.
    private func running(_ intakes: Intake..., body: () async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            defer { group.cancelAll() }
            for intake in intakes {
                group.addTask { await intake.run() }
                try await eventually("it is connected") { intake.connections.value == 1 }
            }
            try await body()
        }
    }

    private func publish(_ bundles: [Int]...) {
        let bundles = bundles.map { DispatchBundle($0.map { Sample.message($0) }) }
        transport.publish(bundles) { outcomes in
            #expect(outcomes == bundles.map { _ in .confirmed })
        }
    }

    private func ids(_ numbers: Int...) -> [JobID] {
        numbers.map(Sample.id)
    }

    @Test func messagesComeInOrderAsFarAsPrefetchAllows() async throws {
        publish([1], [2])
        let intake = intake(prefetch: 2)
        try await running(intake) {
            publish([3], [4], [5])
            try await eventually("two are here") { intake.numbers == ids(1, 2) }
            #expect(transport.depth == 3 && transport.unsettledCount == 2)
            await intake.consumer.acknowledge([intake.deliveries.value[1]])
            try await eventually("one more is here") { intake.numbers == ids(1, 2, 3) }
            await intake.consumer.acknowledge([intake.deliveries.value[1]])
            #expect(transport.depth == 2, "an acknowledgement counts once")
            await intake.consumer.stopDeliveries()
            await intake.consumer.acknowledge([intake.deliveries.value[0]])
            #expect(transport.depth == 2 && transport.unsettledCount == 1)
        }
    }

    @Test func whatAConsumerLeavesComesAgainBeforeTheRest() async throws {
        let one = intake(prefetch: 3)
        try await running(one) {
            publish([1], [2], [3], [4])
            try await eventually("three are here") { one.numbers == ids(1, 2, 3) }
            await one.consumer.acknowledge([one.deliveries.value[1]])
            try await eventually("the fourth is here") { one.numbers.count == 4 }
            publish([5])
        }
        #expect(transport.unsettledCount == 0 && transport.depth == 4)
        let other = intake()
        try await running(other) {
            try await eventually("all come") { other.numbers == ids(1, 3, 4, 5) }
            #expect(other.deliveries.value.map(\.isRedelivered) == [true, true, true, false])
            await other.consumer.acknowledge(one.deliveries.value)
            #expect(transport.unsettledCount == 4, "a settlement belongs to the connection that delivered")
            let deliveries = other.deliveries.value
            await other.consumer.stopDeliveries()
            await other.consumer.giveBack([deliveries[0], deliveries[2]])
            #expect(transport.read { $0.waiting(in: "default") } == [Sample.message(1), Sample.message(4)])
        }
    }

    @Test func consumersTakeTurns() async throws {
        let (one, other) = (intake(presence: 1), intake(prefetch: 2, presence: 2))
        try await running(one, other) {
            publish([1], [2], [3], [4], [5], [6])
            try await eventually("all are here") { one.numbers.count + other.numbers.count == 6 }
            #expect(one.numbers == ids(1, 3, 5, 6) && other.numbers == ids(2, 4))
        }
    }

    @Test func aBundleIsOneMessageWhoseWakeUpsAreSettledOneByOne() async throws {
        let intake = intake(prefetch: 1)
        try await running(intake) {
            publish([1, 2], [3, 4], [5, 6], [7])
            try await eventually("two bundles are here, and another") { intake.numbers == ids(1, 2, 3, 4, 7) }
            let deliveries = intake.deliveries.value
            #expect(deliveries[0].tag == deliveries[1].tag && deliveries[0].isBundled && !deliveries[4].isBundled)
            await intake.consumer.acknowledge([deliveries[0]])
            #expect(transport.unsettledCount == 4)
            await intake.consumer.acknowledge([deliveries[1]])
            try await eventually("the third is here") { intake.numbers.count == 7 }
            await intake.consumer.acknowledge([deliveries[2]])
            await intake.consumer.giveBack([deliveries[3]])
            try await eventually("the second comes again, whole") { intake.numbers.suffix(2) == ids(3, 4)[...] }
            #expect(intake.deliveries.value.suffix(2).allSatisfy { $0.isRedelivered })
        }
    }

    @Test func everyServerHearsAWordAndSeesTheOthers() async throws {
        let (one, other) = (intake(presence: 1), intake(presence: 2))
        let presence = ServerPresence(Sample.uuid(2))
        try await running(one) {
            clock.jump(by: .seconds(3))
            #expect(await one.consumer.sight(presence)?.isThere == false)
            try await running(other) {
                await transport.broadcast(.deleted(Sample.id(1)))
                for intake in [one, other] {
                    try await eventually("it hears") { intake.words.value == [.deleted(Sample.id(1))] }
                }
                let sighting = await one.consumer.sight(presence)
                #expect(sighting == PresenceSighting(isThere: true, connectionAge: .seconds(3)))
                #expect(await other.consumer.isPresent())
            }
            #expect(await one.consumer.sight(presence)?.isThere == false)
            #expect(await other.consumer.sight(presence) == nil)
        }
    }

    @Test func theLastParkedMessagesAreKept() async throws {
        let messages = (0..<InMemoryTransport.parkingLimit + 5).map { Sample.message($0) }
        let outcomes = await transport.park(messages, reason: "no row")
        #expect(outcomes.count == messages.count && outcomes.allSatisfy { $0 == .confirmed })
        #expect(transport.parked == Array(messages.dropFirst(5)))
    }
}
