import Baton
import Locking
import ServiceLifecycle

/// A transport that violates one rule and is honest otherwise.
final class DefectiveTransport: JobTransport {
    let inner: any JobTransport
    let defect: TransportDefect
    /// The queues that have had a consumer.
    let served = Locked<Set<String>>([])
    /// What an ended consumer claims to have settled.
    let settledLate = Locked<Set<DispatchMessage>>([])

    init(_ inner: any JobTransport, _ defect: TransportDefect) {
        self.inner = inner
        self.defect = defect
    }

    func run() async throws {
        try await inner.run()
    }

    var isConnected: Bool {
        defect != .saysItIsDisconnected && inner.isConnected
    }

    func publish(_ bundles: [DispatchBundle], onOutcome: @escaping @Sendable ([PublishOutcome]) -> Void) {
        let confirmed = bundles.map { _ in PublishOutcome.confirmed }
        switch defect {
        case .losesMessages: onOutcome(confirmed)
        case .needsAConsumer where bundles.contains { !isServed($0.queue) }: onOutcome(confirmed)
        case .answersNothingNever where bundles.isEmpty: break
        case .answersTwice:
            inner.publish(bundles) { outcomes in
                onOutcome(outcomes)
                onOutcome(outcomes)
            }
        case .publishesBackwards: inner.publish(bundles.reversed()) { onOutcome($0.reversed()) }
        case .publishesTwice:
            inner.publish(bundles) { _ in }
            inner.publish(bundles, onOutcome: onOutcome)
        case .losesTheEndOfBundles:
            let short = bundles.map { $0.messages.count > 1 ? DispatchBundle($0.messages.dropLast()) : $0 }
            inner.publish(short, onOutcome: onOutcome)
        default: inner.publish(bundles, onOutcome: onOutcome)
        }
    }

    private func isServed(_ queue: String) -> Bool {
        served.withLock { $0.contains(queue) }
    }

    func park(_ messages: [DispatchMessage], reason: String) async -> [PublishOutcome] {
        defect == .parksNowhere ? messages.map { _ in .confirmed } : await inner.park(messages, reason: reason)
    }

    func broadcast(_ message: ControlMessage) async {
        if defect != .losesWords { await inner.broadcast(message) }
    }

    func makeConsumer(
        queues: [String],
        prefetch: Int,
        presence: ServerPresence,
        executor: (any TaskExecutor)?,
        willConsume: @escaping @Sendable (_ queue: String) async -> Bool
    ) -> any JobConsumer {
        served.withLock { $0.formUnion(queues) }
        var (spoiledQueues, spoiledPrefetch) = (queues, prefetch)
        switch defect {
        case .servesAllQueues: spoiledQueues = ["first", "second", "last"]
        case .prefetchesWithoutBound: spoiledPrefetch *= 100
        case .prefetchesByName where Set(queues).count < queues.count: spoiledPrefetch *= 2
        default: break
        }
        let consumer = inner.makeConsumer(
            queues: spoiledQueues,
            prefetch: spoiledPrefetch,
            presence: presence,
            executor: executor,
            willConsume: willConsume
        )
        return DefectiveConsumer(consumer, of: self)
    }
}
