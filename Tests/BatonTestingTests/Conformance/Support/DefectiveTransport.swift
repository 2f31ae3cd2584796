import Baton
import Locking
import ServiceLifecycle

/// A transport that violates one rule and is honest otherwise.
final class DefectiveTransport: JobTransport {
    let inner: any JobTransport
    let defect: TransportDefect
    /// The queues that have had a consumer.
    let served = Locked<Set<String>>([])
    /// What each server has answered for each queue.
    private let answers = Locked<[String: Bool]>([:])
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
        case .forgetsRedeliveries: inner.publish(bundles.map { DispatchBundle($0.messages) }, onOutcome: onOutcome)
        case .levelsQueueUp:
            inner.publish(bundles.map { DispatchBundle($0.messages.map(\.withoutLevel)) }, onOutcome: onOutcome)
        case .losesLevels:
            inner.publish(bundles.filter { $0.level == .normal }) { outcomes in
                var rest = outcomes.makeIterator()
                onOutcome(bundles.map { $0.level == .normal ? rest.next() ?? .confirmed : .confirmed })
            }
        default: inner.publish(bundles, onOutcome: onOutcome)
        }
    }

    private func isServed(_ queue: String) -> Bool {
        served.withLock { $0.contains(queue) }
    }

    func publish(_ probe: ProbeID, to queue: String) async -> Bool {
        switch defect {
        case .probesNeedAConsumer where !isServed(queue): return true
        default: return await inner.publish(probe, to: queue)
        }
    }

    func watch(_ watch: any QueueWatch) {
        switch defect {
        case .tellsNobody: break
        case .tellsTwice: inner.watch(TalkativeWatch(inner: watch))
        default: inner.watch(watch)
        }
    }

    /// What the honest transport asks instead of the server.
    private func asking(
        _ willConsume: @escaping @Sendable (_ queue: String) async -> Bool
    ) -> @Sendable (_ queue: String) async -> Bool {
        switch defect {
        case .consumesUnasked: return { _ in true }
        case .ignoresRefusals:
            return {
                _ = await willConsume($0); return true
            }
        case .asksOnlyOnce:
            return { [answers] queue in
                if let answer = answers.withLock({ $0[queue] }) { return answer }
                let answer = await willConsume(queue)
                answers.withLock { $0[queue] = answer }
                return answer
            }
        default: return willConsume
        }
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
        levelPrefetch: Int,
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
            levelPrefetch: levelPrefetch,
            presence: presence,
            executor: executor,
            willConsume: asking(willConsume)
        )
        return DefectiveConsumer(consumer, of: self)
    }
}

extension DispatchMessage {
    /// The same, as though its job had no priority.
    var withoutLevel: DispatchMessage {
        DispatchMessage(id: id, generation: generation, queue: queue, name: name)
    }
}

/// Tells whoever watches of each queue twice at the same time.
private struct TalkativeWatch: QueueWatch {
    let inner: any QueueWatch

    func queueIsMissing(_ queue: String, isStillMissing: @Sendable () async -> Bool?) async {
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<2 {
                group.addTask { await inner.queueIsMissing(queue) { true } }
            }
        }
    }
}
