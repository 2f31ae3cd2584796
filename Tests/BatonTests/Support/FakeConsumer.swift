import Baton

/// One server's intake from a ``FakeBroker``.
struct FakeConsumer: JobConsumer {
    let id: Int
    let broker: FakeBroker
    let events: AsyncStream<TransportEvent>

    func next() async -> TransportEvent? {
        // Every iterator of a stream takes from the same buffer.
        var iterator = events.makeAsyncIterator()
        return await iterator.next()
    }

    func run() async throws {
        broker.attach(id)
        await Gate().pass()
        broker.detach(id)
        throw CancellationError()
    }

    func isPresent() async -> Bool {
        broker.isPresent(id)
    }

    func sight(_ presence: ServerPresence) async -> PresenceSighting? {
        broker.sight(presence, from: id)
    }

    func stopDeliveries() async {
        broker.stopDeliveries(id)
    }

    func acknowledge(_ deliveries: [Delivery]) async {
        await broker.read(\.acknowledgeGate)?.pass()
        guard !Task.isCancelled else { return }
        broker.acknowledge(id, deliveries)
    }

    func giveBack(_ deliveries: [Delivery]) async {
        broker.giveBack(id, deliveries)
    }
}
