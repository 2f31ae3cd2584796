import Baton
import Locking

/// A consumer of a ``DefectiveTransport``.
final class DefectiveConsumer: JobConsumer {
    private let inner: any JobConsumer
    private let transport: DefectiveTransport
    private let hasEnded = Locked(false)
    /// What was handed out, under the consumer's own names.
    private let arrived = Locked<[Delivery]>([])
    private var defect: TransportDefect { transport.defect }

    init(_ inner: any JobConsumer, of transport: DefectiveTransport) {
        self.inner = inner
        self.transport = transport
    }

    func run() async throws {
        defer { hasEnded.withLock { $0 = true } }
        try await inner.run()
    }

    func next() async -> TransportEvent? {
        guard let event = await inner.next() else {
            return defect == .neverEnds && !Task.isCancelled ? .arrived([], words: []) : nil
        }
        switch event {
        case .connected where defect == .hidesConnections:
            return .arrived([], words: [])
        case .arrived(let deliveries, let words):
            return .arrived(await take(deliveries), words: words)
        default:
            return event
        }
    }

    private func take(_ deliveries: [Delivery]) async -> [Delivery] {
        arrived.withLock { $0 += deliveries }
        if defect == .settlesAtOnce { await inner.acknowledge(deliveries) }
        let late = transport.settledLate.withLock { $0 }
        await inner.acknowledge(deliveries.filter { late.contains($0.message) })
        return deliveries.filter { !late.contains($0.message) }.map(spoiled)
    }

    private func spoiled(_ delivery: Delivery) -> Delivery {
        var delivery = delivery
        switch defect {
        case .marksNoRedelivery: delivery.isRedelivered = false
        case .tagsAllAlike: delivery.tag = 0
        case .reconnectsSilently: delivery.session = 1
        default: break
        }
        return delivery
    }

    func isPresent() async -> Bool {
        switch defect {
        case .seesUnconnected: true
        default: await inner.isPresent()
        }
    }

    func sight(_ presence: ServerPresence) async -> PresenceSighting? {
        var sighting = await inner.sight(presence)
        switch defect {
        case .seesNobody: sighting?.isThere = false
        case .seesEverybody: sighting?.isThere = true
        default: break
        }
        return sighting
    }

    func stopDeliveries() async {
        if defect != .neverStops { await inner.stopDeliveries() }
    }

    func acknowledge(_ deliveries: [Delivery]) async {
        switch defect {
        case .settlesNothing: break
        case .settlesAfterItsEnd where hasEnded.withLock { $0 }:
            transport.settledLate.withLock { $0.formUnion(deliveries.map(\.message)) }
        case .settlesWholeBundles:
            let tags = Set(deliveries.map(\.tag))
            await inner.acknowledge(arrived.withLock { $0 }.filter { tags.contains($0.tag) })
        case .settlesBySight:
            let messages = Set(deliveries.map(\.message))
            await inner.acknowledge(arrived.withLock { $0 }.filter { messages.contains($0.message) })
        default: await inner.acknowledge(deliveries)
        }
    }

    func giveBack(_ deliveries: [Delivery]) async {
        if defect == .settlesWhatIsGivenBack {
            await acknowledge(arrived.withLock { $0 })
        } else {
            await inner.giveBack(deliveries)
        }
    }
}
