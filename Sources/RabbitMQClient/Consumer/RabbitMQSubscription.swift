/// A queue to consume, and how.
public struct RabbitMQSubscription: Sendable {
    /// The queue.
    ///
    /// It is declared before it is consumed, and again when it has been deleted.
    public var queue: RabbitMQQueue
    /// The queue's bindings, made together with it.
    public var bindings: [RabbitMQBinding]
    /// How many deliveries may be unsettled at a time.
    public var prefetch: UInt16
    /// Whether no other consumer may read the queue.
    public var isExclusive: Bool
    /// Whether to declare the queue; otherwise it must exist.
    public var declaresQueue: Bool
    /// Called when the queue is not there, before it is declared; without it nobody looks.
    ///
    /// When it throws, the queue is not declared, and tried again later. Its task is cancelled with the connection.
    public var whenMissing: (@Sendable (RabbitMQConsumer) async throws(RabbitMQError) -> Void)?
    /// Called each time before the broker is asked to deliver, once the queue is declared; while deliveries are stopped, on each
    /// new connection.
    ///
    /// When it returns `false`, the queue is left alone until the next connection. Other queues do not wait for it. Its task is
    /// cancelled with the connection, and what it returns then counts for nothing: it is called again for the next.
    public var willConsume: (@Sendable () async -> Bool)?

    /// Describes a subscription.
    ///
    /// - Parameters:
    ///   - queue: The queue.
    ///   - bindings: The queue's bindings, made together with it.
    ///   - prefetch: How many deliveries may be unsettled at a time; at least 1.
    ///   - isExclusive: Whether no other consumer may read the queue.
    ///   - declaresQueue: Whether to declare the queue; otherwise it must exist.
    ///   - whenMissing: Called when the queue is not there, before it is declared.
    ///   - willConsume: Called each time before the broker is asked to deliver.
    public init(
        _ queue: RabbitMQQueue,
        bindings: [RabbitMQBinding] = [],
        prefetch: UInt16,
        isExclusive: Bool = false,
        declaresQueue: Bool = true,
        whenMissing: (@Sendable (RabbitMQConsumer) async throws(RabbitMQError) -> Void)? = nil,
        willConsume: (@Sendable () async -> Bool)? = nil
    ) {
        self.queue = queue
        self.bindings = bindings
        // Zero would mean no limit, and the limit is what bounds the events that wait to be read.
        self.prefetch = max(1, prefetch)
        self.isExclusive = isExclusive
        self.declaresQueue = declaresQueue
        self.whenMissing = whenMissing
        self.willConsume = willConsume
    }
}
