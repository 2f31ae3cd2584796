internal import Baton
internal import RabbitMQClient

/// The exchanges and queues of one namespace.
///
/// Only Baton publishes to them: submissions of other programs never mix with wake-ups.
struct DispatchTopology: Sendable {
    let namespace: String
    let queueType: String
    /// How the broker keeps queues for submissions.
    var submissionQueueType = RabbitMQTransport.Configuration.QueueType.quorum.name
    /// Whether this program declares what is missing, or only looks for it.
    var mode = RabbitMQTopology.Mode.declare

    /// Whether this program declares what is missing.
    var declares: Bool { mode == .declare }

    /// Where wake-ups are published, the queue's name as routing key.
    var dispatchExchange: String { "\(namespace).dispatch" }
    /// Where bundles of wake-ups are published, the queue's name as routing key.
    var bundleExchange: String { "\(namespace).bundle" }
    /// Where words to every server are published.
    var controlExchange: String { "\(namespace).control" }
    /// Where messages without a row are published.
    ///
    /// Not the default exchange: who may publish there may publish to every queue of the virtual host.
    var parkedExchange: String { "\(namespace).parked" }
    /// Where messages without a row are set aside.
    var parkedQueue: String { parkedExchange }

    /// Where wake-ups of a level of priority are published, the queue's name as routing key; bundles have another exchange.
    func exchange(_ level: JobPriorityLevel) -> String {
        level == .normal ? dispatchExchange : "\(namespace).\(level)"
    }

    /// The broker's name of a queue.
    func dispatchQueue(_ queue: String) -> String { "\(dispatchExchange).\(queue)" }

    /// The broker's name of the queue for bundles of a queue.
    func bundleQueue(_ queue: String) -> String { "\(bundleExchange).\(queue)" }

    /// What every program declares, or looks for.
    var base: RabbitMQTopology {
        RabbitMQTopology(
            exchanges: [
                RabbitMQExchange(dispatchExchange, kind: .direct),
                RabbitMQExchange(bundleExchange, kind: .direct),
                RabbitMQExchange(controlExchange, kind: .fanout),
                RabbitMQExchange(parkedExchange, kind: .direct),
            ] + JobPriorityLevel.prioritized.map { RabbitMQExchange(exchange($0), kind: .direct) },
            queues: [RabbitMQQueue(parkedQueue, arguments: ["x-queue-type": "classic"])],
            bindings: [RabbitMQBinding(queue: parkedQueue, exchange: parkedExchange, routingKey: parkedQueue)],
            mode: mode
        )
    }

    /// The queue that wake-ups of one queue of jobs go through, each by itself.
    func dispatch(_ queue: String) -> (queue: RabbitMQQueue, binding: RabbitMQBinding) {
        bound(dispatchQueue(queue), to: dispatchExchange, routingKey: queue)
    }

    /// The queue that bundles of wake-ups of one queue of jobs go through.
    ///
    /// Apart from single ones: a server limits its deliveries by the message, so it limits these by another number.
    func bundles(_ queue: String) -> (queue: RabbitMQQueue, binding: RabbitMQBinding) {
        bound(bundleQueue(queue), to: bundleExchange, routingKey: queue)
    }

    /// The queue that wake-ups of a level of one queue of jobs go through, each by itself.
    ///
    /// Apart from other levels: a queue hands out in order, so that nothing in it overtakes anything.
    func lane(_ level: JobPriorityLevel, of queue: String) -> (queue: RabbitMQQueue, binding: RabbitMQBinding) {
        bound("\(exchange(level)).\(queue)", to: exchange(level), routingKey: queue)
    }

    /// All that the wake-ups of one queue of jobs go through, in order: single ones, bundles, the levels but normal.
    func lanes(of queue: String) -> RabbitMQTopology {
        let lanes = [dispatch(queue), bundles(queue)] + JobPriorityLevel.prioritized.map { lane($0, of: queue) }
        return RabbitMQTopology(queues: lanes.map(\.queue), bindings: lanes.map(\.binding), mode: mode)
    }

    /// The exchanges of a queue's lanes, in the same order.
    var laneExchanges: [String] {
        [dispatchExchange, bundleExchange] + JobPriorityLevel.prioritized.map(exchange)
    }

    /// The broker's names of a queue's lanes, in the same order.
    func laneNames(of queue: String) -> [String] {
        laneExchanges.map { "\($0).\(queue)" }
    }

    /// A durable queue.
    ///
    /// Without a limit on length, which would drop messages silently, and without an expiry.
    private func bound(
        _ name: String,
        to exchange: String,
        routingKey: String
    ) -> (queue: RabbitMQQueue, binding: RabbitMQBinding) {
        (
            RabbitMQQueue(name, arguments: ["x-queue-type": .string(queueType)]),
            RabbitMQBinding(queue: name, exchange: exchange, routingKey: routingKey)
        )
    }

    /// The broker's name of one server's queue for words to every server.
    func controlQueue(_ presence: ServerPresence) -> String { "\(controlExchange).\(presence)" }

    /// One server's queue for words to every server.
    ///
    /// It goes with the server's connection, and with nothing else: other servers see by it that the server is connected. So
    /// the server declares it, whatever it may not declare besides.
    func control(_ presence: ServerPresence) -> (queue: RabbitMQQueue, binding: RabbitMQBinding) {
        let name = controlQueue(presence)
        return (
            RabbitMQQueue(name, isDurable: false, isExclusive: true),
            RabbitMQBinding(queue: name, exchange: controlExchange)
        )
    }
}
