import DequeModule

/// Events that wait to be read.
///
/// Bounded by what it holds: unsettled deliveries, of which there are no more than all prefetches together, and a few
/// words about the connection. What a lost connection makes void is taken out again. What comes before a connection is
/// ready waits until it is: deliveries of the first queue, while others are still being set up.
struct ConsumerEventBuffer {
    private var events: Deque<RabbitMQConsumerEvent> = []
    /// What the reader was told last about the connection.
    private var toldConnected: Bool?
    /// Whether the connection is ready; until then only the news of the last one's end may be read.
    private var isReady = false

    mutating func append(_ deliveries: [RabbitMQDelivery]) {
        guard !deliveries.isEmpty else { return }
        if case .deliveries(var waiting)? = self.events.last {
            self.events.removeLast()
            waiting += deliveries
            self.events.append(.deliveries(waiting))
        } else {
            self.events.append(.deliveries(deliveries))
        }
    }

    mutating func connect(_ connection: UInt64) {
        self.isReady = true
        let isBehindTheEnd = if case .disconnected? = self.events.first { true } else { false }
        self.events.insert(.connected(connection), at: isBehindTheEnd ? 1 : 0)
    }

    mutating func cancel(queue: String, _ error: RabbitMQError) {
        // A queue that is deleted again and again is one piece of news while nobody reads.
        self.events.removeAll { event in
            if case .cancelled(queue, _) = event { true } else { false }
        }
        self.events.append(.cancelled(queue: queue, error))
    }

    mutating func catchUp(_ queues: [String], label: String) {
        self.events.append(.caughtUp(queues: queues, label: label))
    }

    mutating func disconnect(_ error: RabbitMQError) {
        // Nothing of the lost connection that has not been read means anything now, not even that it was there.
        self.events.removeAll()
        self.isReady = false
        if self.toldConnected != false { self.events.append(.disconnected(error)) }
    }

    mutating func next() -> RabbitMQConsumerEvent? {
        if !self.isReady {
            guard case .disconnected? = self.events.first else { return nil }
        }
        let event = self.events.popFirst()
        switch event {
        case .connected: self.toldConnected = true
        case .disconnected: self.toldConnected = false
        default: break
        }
        return event
    }

    /// Takes out what was delivered by a channel that has ended, and that its queue has caught up: what it had sent is not
    /// all read.
    mutating func removeDeliveries(of session: UInt64, queue: String) {
        for index in self.events.indices {
            guard case .deliveries(let deliveries) = self.events[index] else { continue }
            self.events[index] = .deliveries(deliveries.filter { $0.session != session })
        }
        self.events.removeAll { event in
            switch event {
            case .deliveries(let deliveries): deliveries.isEmpty
            case .caughtUp(let queues, _): queues.contains(queue)
            default: false
            }
        }
    }
}
