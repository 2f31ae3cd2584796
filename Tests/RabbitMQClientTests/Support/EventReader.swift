import RabbitMQClient
import Testing

/// Reads a consumer's events one wish at a time.
actor EventReader {
    private let events: RabbitMQConsumerEvents
    private var deliveries: [RabbitMQDelivery] = []

    init(_ consumer: RabbitMQConsumer) {
        self.events = consumer.events
    }

    /// The next event, or nil when none came within the time.
    private func next(within limit: Duration) async -> RabbitMQConsumerEvent? {
        let events = self.events
        return await withTaskGroup(of: RabbitMQConsumerEvent?.self) { group in
            group.addTask {
                var iterator = events.makeAsyncIterator()
                return await iterator.next()
            }
            group.addTask {
                try? await Task.sleep(for: limit)
                return nil
            }
            let first = await group.next() ?? nil
            group.cancelAll()
            if first != nil { return first }
            return await group.next() ?? nil
        }
    }

    /// Waits for a number of deliveries; other events are passed over.
    func deliveries(
        _ count: Int,
        within limit: Duration = .seconds(300),
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> [RabbitMQDelivery] {
        while self.deliveries.count < count {
            guard let event = await self.next(within: limit) else {
                Issue.record("\(self.deliveries.count) of \(count) deliveries came", sourceLocation: sourceLocation)
                throw CancellationError()
            }
            if case .deliveries(let deliveries) = event { self.deliveries += deliveries }
        }
        defer { self.deliveries.removeFirst(count) }
        return Array(self.deliveries.prefix(count))
    }

    /// Waits for a number of deliveries, and settles each as it comes.
    func deliveries(
        _ count: Int,
        settle: @Sendable (RabbitMQDelivery) async -> Void
    ) async throws -> [RabbitMQDelivery] {
        var all: [RabbitMQDelivery] = []
        while all.count < count {
            let delivery = try await self.deliveries(1)[0]
            await settle(delivery)
            all.append(delivery)
        }
        return all
    }

    /// Deliveries that come although none should.
    func strays(within limit: Duration) async -> [RabbitMQDelivery] {
        while let event = await self.next(within: limit) {
            if case .deliveries(let deliveries) = event { self.deliveries += deliveries }
        }
        return self.deliveries
    }

    /// Waits until the consumer is connected, and its queues are consumed.
    func connected(sourceLocation: SourceLocation = #_sourceLocation) async throws {
        try await self.event("connected", sourceLocation: sourceLocation) { event in
            if case .connected = event { () } else { nil }
        }
    }

    /// Waits for an event other than deliveries, which are kept for later.
    func event<Value: Sendable>(
        _ what: String,
        within limit: Duration = .seconds(300),
        sourceLocation: SourceLocation = #_sourceLocation,
        where matches: @Sendable (RabbitMQConsumerEvent) -> Value?
    ) async throws -> Value {
        while let event = await self.next(within: limit) {
            if case .deliveries(let deliveries) = event { self.deliveries += deliveries }
            if let value = matches(event) { return value }
        }
        Issue.record("No event: \(what)", sourceLocation: sourceLocation)
        throw CancellationError()
    }
}
