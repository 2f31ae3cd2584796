import Baton
import Locking

/// The steps that trials are made of.
extension JobTransportSubject {
    static let (first, second, last) = ("first", "second", "last")

    func presence() -> ServerPresence { ServerPresence(environment.makeUUID()) }

    func message(
        _ queue: String = first,
        generation: Int = 1,
        name: String = "mail.welcome",
        level: JobPriorityLevel = .normal
    ) -> DispatchMessage {
        DispatchMessage(id: environment.makeJobID(), generation: generation, queue: queue, name: name, level: level)
    }

    func messages(_ count: Int, _ queue: String = first) -> [DispatchMessage] {
        (0..<count).map { message(queue, generation: $0 + 1) }
    }

    /// Publishes wake-ups, which must be confirmed.
    func publish(_ messages: [DispatchMessage]) async throws {
        try await publish(messages.map { DispatchBundle([$0]) })
    }

    /// Publishes bundles, which must be confirmed.
    func publish(_ bundles: [DispatchBundle]) async throws {
        let outcomes = try await outcomes(of: bundles)
        try Expect.equal(outcomes, bundles.map { _ in .confirmed }, "the outcomes")
    }

    /// What a publish is answered; it must be answered within patience.
    func outcomes(of bundles: [DispatchBundle]) async throws -> [PublishOutcome] {
        let (answers, answer) = AsyncStream<[PublishOutcome]>.makeStream()
        transport.publish(bundles) { answer.yield($0) }
        let (clock, patience) = (environment.clock, patience)
        return try await withThrowingTaskGroup(of: [PublishOutcome]?.self) { group in
            group.addTask {
                for await outcomes in answers { return outcomes }
                return nil
            }
            group.addTask {
                try await clock.sleep(for: patience)
                return nil
            }
            defer { group.cancelAll() }
            return try Expect.value(try await group.next() ?? nil, "an answer to a publish")
        }
    }

    /// Runs a consumer for as long as the body takes; then it ends, as its server does.
    @discardableResult
    func consume<Result>(
        _ queues: [String] = [first],
        prefetch: Int = 100,
        presence: ServerPresence? = nil,
        on transport: (any JobTransport)? = nil,
        _ body: (TrialConsumer) async throws -> Result
    ) async throws -> Result {
        try await consume(queues, prefetch, presence, on: transport, asking: { _ in true }, body)
    }

    /// Runs a consumer that asks before it consumes, for as long as the body takes.
    func consume<Result>(
        _ queues: [String] = [first],
        _ prefetch: Int = 100,
        _ presence: ServerPresence? = nil,
        on transport: (any JobTransport)? = nil,
        asking willConsume: @escaping @Sendable (_ queue: String) async -> Bool,
        _ body: (TrialConsumer) async throws -> Result
    ) async throws -> Result {
        let consumer = (transport ?? self.transport).makeConsumer(
            queues: queues,
            prefetch: prefetch,
            presence: presence ?? self.presence(),
            executor: nil,
            willConsume: willConsume
        )
        let trial = TrialConsumer(consumer, patience: patience, clock: environment.clock)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await consumer.run() }
            defer { group.cancelAll() }
            return try await body(trial)
        }
    }

    /// What a new consumer of a queue gets that nothing more is published to.
    ///
    /// A last message goes through the queue behind whatever waits there.
    func rest(of queue: String = first) async throws -> [Delivery] {
        let end = message(queue, generation: 99)
        try await publish([end])
        return try await consume([queue], on: peer) { consumer in
            try await consumer.delivery(of: end)
            await consumer.consumer.acknowledge(consumer.deliveries)
            await consumer.consumer.stopDeliveries()
            return consumer.deliveries.filter { $0.message != end }
        }
    }

    /// Waits until something holds that the broker brings about.
    func eventually(_ what: String, _ holds: () async throws -> Bool) async throws {
        let deadline = environment.clock.now.advanced(by: patience)
        while try await !holds() {
            guard environment.clock.now < deadline else {
                throw ConformanceMismatch(expected: what, found: "it never came true")
            }
            try await environment.clock.sleep(for: .milliseconds(5))
        }
    }
}
