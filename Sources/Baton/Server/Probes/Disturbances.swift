/// How often a server has changed the order of its queues: by giving deliveries back, or by sending them on.
///
/// What is given back comes again in a place that nobody knows, and what is sent on comes behind what was published before
/// it; so a round of probing proves nothing about a queue in which that happened meanwhile (PROTOCOL section 4). A pure
/// value.
struct Disturbances: Sendable {
    private struct Count: Sendable {
        var begun = 0
        var underWay = 0
    }

    private var counts: [String: Count] = [:]

    /// Notes that deliveries are about to leave, in the moment in which they are no longer held.
    ///
    /// - Parameter deliveries: The deliveries.
    mutating func begin(_ deliveries: some Sequence<Delivery>) {
        for delivery in deliveries {
            counts[delivery.message.queue, default: Count()].begun += 1
            counts[delivery.message.queue, default: Count()].underWay += 1
        }
    }

    /// Notes that the broker was told, or has confirmed what takes their place.
    ///
    /// - Parameter deliveries: The deliveries.
    mutating func end(_ deliveries: some Sequence<Delivery>) {
        for delivery in deliveries {
            counts[delivery.message.queue]?.underWay -= 1
        }
    }

    /// How many deliveries of a queue have left since the server began, those under way included.
    ///
    /// - Parameter queue: The queue.
    /// - Returns: How many.
    func count(of queue: String) -> Int {
        counts[queue]?.begun ?? 0
    }

    /// Whether deliveries of a queue are under way.
    ///
    /// - Parameter queue: The queue.
    /// - Returns: Whether some are.
    func isUnderWay(in queue: String) -> Bool {
        counts[queue].map { $0.underWay > 0 } ?? false
    }
}
