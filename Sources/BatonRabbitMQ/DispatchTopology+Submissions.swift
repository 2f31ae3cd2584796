internal import Baton
internal import RabbitMQClient

/// Where other programs publish, and where they learn of rejects; apart from wake-ups.
extension DispatchTopology {
    /// How many rejects the broker keeps that nobody fetches; older ones are dropped there, for all are kept in storage.
    private static let keptRejects: Int64 = 100_000
    private static let keptRejectBytes: Int64 = 256 << 20

    /// How many submissions a queue holds, unless it is said otherwise.
    static let maximumSubmissions = 1_000_000

    /// Where submissions are published, the queue's name as routing key.
    var submitExchange: String { "\(namespace).submit" }
    /// Where rejects are published, the producer as routing key.
    var rejectedExchange: String { "\(namespace).rejected" }
    /// Where rejects of all producers are.
    var rejectedQueue: String { rejectedExchange }

    /// The broker's name of the queue for submissions of a queue.
    func submitQueue(_ queue: String) -> String { "\(submitExchange).\(queue)" }

    /// Where one tenant publishes submissions, where producers are kept apart.
    func submitExchange(of tenant: String) -> String { "\(submitExchange).\(tenant)" }

    /// Where rejects of one tenant are.
    func rejectedQueue(of tenant: String) -> String { "\(rejectedExchange).\(tenant)" }

    /// What every server declares, or looks for, that takes submissions.
    var submissions: RabbitMQTopology {
        RabbitMQTopology(
            exchanges: [
                RabbitMQExchange(submitExchange, kind: .topic), RabbitMQExchange(rejectedExchange, kind: .topic),
            ],
            queues: [rejects(rejectedQueue)],
            bindings: [RabbitMQBinding(queue: rejectedQueue, exchange: rejectedExchange, routingKey: "#")],
            mode: mode
        )
    }

    /// A queue for rejects.
    func rejects(_ name: String) -> RabbitMQQueue {
        .classic(
            name,
            arguments: [
                "x-max-length": .int64(Self.keptRejects), "x-max-length-bytes": .int64(Self.keptRejectBytes),
            ]
        )
    }

    /// The queue for submissions of one queue: the only place where they are, so it is replicated where there are several
    /// nodes, unless it is told otherwise; when it is full, producers are told.
    func submit(_ queue: String, limit: Int) -> (queue: RabbitMQQueue, binding: RabbitMQBinding) {
        let name = submitQueue(queue)
        return (
            RabbitMQQueue(
                name,
                arguments: [
                    "x-queue-type": .string(submissionQueueType), "x-max-length": .int64(Int64(limit)),
                    "x-overflow": "reject-publish",
                ]
            ),
            RabbitMQBinding(queue: name, exchange: submitExchange, routingKey: queue)
        )
    }
}
