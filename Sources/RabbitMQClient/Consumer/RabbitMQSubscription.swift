/// A queue to consume, and how.
public struct RabbitMQSubscription: Hashable, Sendable {
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

    /// Describes a subscription.
    ///
    /// - Parameters:
    ///   - queue: The queue.
    ///   - bindings: The queue's bindings, made together with it.
    ///   - prefetch: How many deliveries may be unsettled at a time; at least 1.
    ///   - isExclusive: Whether no other consumer may read the queue.
    ///   - declaresQueue: Whether to declare the queue; otherwise it must exist.
    public init(
        _ queue: RabbitMQQueue,
        bindings: [RabbitMQBinding] = [],
        prefetch: UInt16,
        isExclusive: Bool = false,
        declaresQueue: Bool = true
    ) {
        self.queue = queue
        self.bindings = bindings
        // Zero would mean no limit, and the limit is what bounds the events that wait to be read.
        self.prefetch = max(1, prefetch)
        self.isExclusive = isExclusive
        self.declaresQueue = declaresQueue
    }
}
