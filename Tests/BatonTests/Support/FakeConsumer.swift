import Baton
import Locking

/// One server's intake from a ``FakeBroker``.
struct FakeConsumer: JobConsumer {
    let inner: InMemoryConsumer
    let broker: FakeBroker

    func next() async -> TransportEvent? {
        await inner.next()
    }

    func run() async throws {
        try await inner.run()
    }

    func isPresent() async -> Bool {
        await inner.isPresent()
    }

    func sight(_ presence: ServerPresence) async -> PresenceSighting? {
        broker.isSilent ? nil : await inner.sight(presence)
    }

    func catchUp(queue: String, probe: ProbeID) async -> Bool {
        await inner.catchUp(queue: queue, probe: probe)
    }

    func pause(_ queues: Set<String>) async {
        await inner.pause(queues)
    }

    func stopDeliveries() async {
        await inner.stopDeliveries()
    }

    func acknowledge(_ deliveries: [Delivery]) async {
        await broker.read(\.acknowledgeGate)?.pass()
        guard !Task.isCancelled else { return }
        for delivery in deliveries { acknowledge(delivery) }
    }

    private func acknowledge(_ delivery: Delivery) {
        let message = delivery.message
        let (isSettled, hasCopy) = broker.inner.change { queues in
            (queues.acknowledge(delivery, on: inner.id), delivery.isBundled && queues.holds(message))
        }
        guard let isSettled else { return }
        guard isSettled else {
            return broker.storage.report("a part of a bundle was settled twice: another of its parts pays for it (I3)")
        }
        let isParked = broker.state.withLock { state in
            state.acknowledged.append(message)
            return state.parked.contains(message)
        }
        broker.storage.checkAcknowledged(message, isSafe: isParked || hasCopy)
    }

    func giveBack(_ deliveries: [Delivery]) async {
        let messages = broker.inner.change { $0.giveBack(deliveries, on: inner.id) }
        broker.state.withLock { $0.givenBack += messages }
    }
}
