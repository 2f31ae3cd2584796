import Baton
import Locking

/// A consumer of a ``DefectiveTransport``.
final class DefectiveConsumer: JobConsumer {
    private let inner: any JobConsumer
    private let transport: DefectiveTransport
    private let hasEnded = Locked(false)
    /// What was handed out, under the consumer's own names.
    private let arrived = Locked<[Delivery]>([])
    /// What is said too early.
    private let early = Locked<[TransportEvent]>([])
    /// What a probe overtakes.
    private let late = Locked<[TransportEvent]>([])
    /// The probes that come again.
    private let unsettled = Locked<[ProbeReturn]>([])
    /// The queues that are paused.
    private let paused = Locked<Set<String>>([])
    /// What is settled too late.
    private let kept = Locked<[Delivery]>([])
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
        if let event = early.withLock({ $0.popLast() }) { return event }
        guard let event = await inner.next() else {
            return defect == .neverEnds && !Task.isCancelled ? .arrived([], words: []) : nil
        }
        switch event {
        case .connected where defect == .hidesConnections:
            return .arrived([], words: [])
        case .connected where defect == .forgetsPauses:
            await inner.pause([])
            return event
        case .probed(let returns) where defect == .losesALane:
            return .probed(returns.filter { $0.lane == 0 })
        case .probed(let returns) where defect == .probesComeAgain:
            unsettled.withLock { $0 += returns }
            return event
        case .arrived where defect == .probesOvertake:
            late.withLock { $0.append(event) }
            return await next()
        case .probed where defect == .probesOvertake:
            early.withLock { $0 = late.withLock { $0.reversed() } }
            return event
        case .arrived(let deliveries, let words):
            return .arrived(await take(deliveries), words: words)
        default:
            return event
        }
    }

    func catchUp(queue: String, probe: ProbeID) async -> Bool {
        switch defect {
        case .catchesUpAlways: return true
        case .catchesUpOnlyConsuming where paused.withLock { $0.contains(queue) }: return false
        case .catchesUpEarly:
            guard await inner.catchUp(queue: queue, probe: probe) else { return false }
            early.withLock { $0.append(.caughtUp(queue: queue, probe: probe)) }
            return true
        default: return await inner.catchUp(queue: queue, probe: probe)
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

    func pause(_ queues: Set<String>) async {
        paused.withLock { $0 = queues }
        switch defect {
        case .neverPauses: break
        case .staysPaused where queues.isEmpty: break
        default: await inner.pause(queues)
        }
    }

    func stopDeliveries() async {
        if defect != .neverStops { await inner.stopDeliveries() }
        await inner.acknowledge(kept.withLock { $0 })
        for probe in unsettled.withLock({ $0 }) {
            _ = await transport.inner.publish(probe.probe, to: probe.queue)
        }
    }

    func acknowledge(_ deliveries: [Delivery]) async {
        switch defect {
        case .settlesNothing: break
        case .settlesOnlyWhenStopped: kept.withLock { $0 += deliveries }
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
