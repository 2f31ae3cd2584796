extension RabbitMQConsumer {
    /// A subscription and how it stands on the current connection.
    struct Subscription {
        let definition: RabbitMQSubscription
        let consumerTag: String
        var channel: UInt16?
        /// Whether the broker has been asked to deliver, but has not answered yet.
        var isStarting = false
        var isActive = false
        /// Whether it is not to be consumed on this connection.
        var isUnwanted = false
        /// Whether it was asked for in the present life of its channel.
        var isAsked = false
        /// Whether it is not to be consumed until it is resumed.
        var isPaused = false
        /// Whether the reader knows that it is not consumed.
        var isEndTold = false
        /// How often it has ended without this side's doing.
        var endings = 0
        /// Rung when anything about the subscription, or the connection, has changed.
        let change = Signal()
    }

    /// A channel of the current connection.
    struct Channel {
        let session: UInt64
        let subscription: Int
        var unsettled = UnsettledTags()
    }
}
