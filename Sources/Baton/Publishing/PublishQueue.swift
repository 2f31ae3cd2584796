import DequeModule

/// Dispatch messages on their way to the broker: waiting, on the wire, to be tried again, given up.
///
/// A pure value: messages and outcomes in, batches and marks to release out.
struct PublishQueue: Sendable {
    /// A message with its mark and its past.
    struct Item: Sendable {
        let message: DispatchMessage
        let mark: PublishMark
        var firstTriedAt: JobInstant?
    }

    /// Items that travel as one message; one at least, all of one queue and one function, several only of normal priority.
    struct Parcel: Sendable {
        var items: [Item]

        /// What goes on the wire.
        var bundle: DispatchBundle { DispatchBundle(items.map(\.message)) }
    }

    /// How many messages may wait for another try before more are given up at once.
    static let maximumRetries = 65_536
    /// How often there is room for single messages anew, even if the broker confirms them sooner: what comes faster than
    /// some hundreds a second costs broker and servers less in bundles.
    static let spreadInterval = Duration.milliseconds(20)
    /// How many of those that come faster travel together where there is room: about as many as a server has threads for.
    static let spreadSize = 16

    /// What waits, normal priority.
    private var waiting = Deque<Item>()
    /// What waits of other levels, each a message by itself; empty where nobody sets priorities.
    private var prioritized: [JobPriorityLevel: Deque<Item>] = [:]
    private var prioritizedCount = 0
    private var turns = WeightedTurns<JobPriorityLevel>()
    private var retries = Deque<Item>()
    private var retryAt: JobInstant?
    private var parcelsOnWire = 0
    /// How many parcels of whatever level were taken in the present ``spreadInterval``, and when it ends.
    private var recent: (parcels: Int, until: JobInstant?) = (0, nil)
    private let patience: Duration
    private let maximumInFlight: Int

    /// Creates an empty queue.
    ///
    /// - Parameters:
    ///   - patience: How long a message is tried before it is given up (T of PROTOCOL move 1).
    ///   - maximumInFlight: How many parcels may be unconfirmed at a time.
    init(patience: Duration, maximumInFlight: Int) {
        self.patience = patience
        self.maximumInFlight = maximumInFlight
    }

    /// Whether nothing waits and nothing is under way.
    var isEmpty: Bool {
        waiting.isEmpty && prioritizedCount == 0 && retries.isEmpty && parcelsOnWire == 0
    }

    /// Whether anything is on the wire, and to be answered.
    var isOnWire: Bool {
        parcelsOnWire > 0
    }

    /// When messages are to be tried again, if any.
    var nextRetry: JobInstant? {
        retries.isEmpty ? nil : retryAt
    }

    /// Adds messages whose rows are committed.
    ///
    /// - Parameter items: The messages.
    mutating func append(_ items: some Sequence<Item>) {
        for item in items { enter(item, atFront: false) }
    }

    private mutating func enter(_ item: Item, atFront: Bool) {
        guard item.message.level != .normal else {
            return atFront ? waiting.prepend(item) : waiting.append(item)
        }
        prioritizedCount += 1
        if atFront {
            prioritized[item.message.level, default: []].prepend(item)
        } else {
            prioritized[item.message.level, default: []].append(item)
        }
    }

    /// Takes the next batch to put on the wire.
    ///
    /// Each message travels by itself, so that any server may take it, while there is room for all that wait, less what was
    /// taken in the last moment. Where there is not, many come at a time: they travel in bundles then, as small as the room
    /// allows, or as ``spreadSize``. No message waits to be bundled.
    ///
    /// Levels but normal are never bundled: what is in a bundle keeps the order in which it was published. Where the room
    /// is short, the levels share it by their weights, so that a flood of one does not keep another off the wire.
    ///
    /// - Parameter now: The present.
    /// - Returns: The batch; empty when nothing waits, or nothing more may be on the wire.
    mutating func take(at now: JobInstant) -> [Parcel] {
        let room = maximumInFlight - parcelsOnWire
        guard room > 0, !waiting.isEmpty || prioritizedCount > 0 else { return [] }
        if recent.until.map({ $0 <= now }) ?? true {
            recent = (0, now.advanced(by: Self.spreadInterval))
        }
        var batch = prioritizedCount > 0 ? takePrioritized(room) : []
        let rest = room - batch.count
        if rest > 0, !waiting.isEmpty {
            let fresh = max(1, maximumInFlight - recent.parcels - batch.count)
            let count = min(rest, max(fresh, waiting.count.shared(among: Self.spreadSize)))
            batch += takeParcels(rest, ofSize: min(waiting.count.shared(among: count), DispatchBundle.limit))
        }
        recent.parcels += batch.count
        parcelsOnWire += batch.count
        return batch
    }

    /// Takes what is published by itself, leaving normal messages their share of the room.
    private mutating func takePrioritized(_ room: Int) -> [Parcel] {
        var parcels: [Parcel] = []
        var rest = room
        while rest > 0, prioritizedCount > 0 {
            let levels = JobPriorityLevel.descending.filter { level in
                level == .normal ? !waiting.isEmpty : prioritized[level]?.isEmpty == false
            }
            guard let level = turns.next(among: levels, weight: \.weight) else { break }
            rest -= 1
            guard level != .normal, let item = prioritized[level]?.popFirst() else { continue }
            prioritizedCount -= 1
            parcels.append(Parcel(items: [item]))
        }
        return parcels.sorted { $0.items[0].message.level > $1.items[0].message.level }
    }

    /// Takes parcels, each as full as it may be, in the order of their first items.
    private mutating func takeParcels(_ limit: Int, ofSize size: Int) -> [Parcel] {
        struct Kind: Hashable {
            let queue: String
            let name: String
        }
        var parcels: [Parcel] = []
        var open: [Kind: Int] = [:]
        while let item = waiting.first {
            let kind = Kind(queue: item.message.queue, name: item.message.name)
            if let index = open[kind], parcels[index].items.count < size {
                parcels[index].items.append(item)
            } else {
                guard parcels.count < limit else { break }
                open[kind] = parcels.count
                parcels.append(Parcel(items: [item]))
            }
            waiting.removeFirst()
        }
        return parcels
    }

    /// Puts messages whose wait is over in front again.
    ///
    /// - Parameter now: The present.
    mutating func wakeRetries(at now: JobInstant) {
        guard let due = retryAt, due <= now else { return }
        for item in retries.reversed() { enter(item, atFront: true) }
        retries.removeAll()
        retryAt = nil
    }

    /// Takes the answers to a batch.
    ///
    /// - Parameters:
    ///   - batch: What was put on the wire.
    ///   - outcomes: What became of each.
    ///   - now: The present.
    ///   - delay: How long to wait before what the broker does not have is tried again.
    /// - Returns: The marks confirmed, and those given up.
    mutating func resolve(
        _ batch: [Parcel],
        _ outcomes: [PublishOutcome],
        at now: JobInstant,
        retryAfter delay: Duration
    ) -> (confirmed: [PublishMark], givenUp: [PublishMark]) {
        parcelsOnWire -= batch.count
        var confirmed: [PublishMark] = []
        var givenUp: [PublishMark] = []
        for (parcel, outcome) in zip(batch, outcomes) {
            guard outcome != .confirmed else {
                confirmed += parcel.items.lazy.map(\.mark)
                continue
            }
            for var item in parcel.items {
                let since = item.firstTriedAt ?? now
                item.firstTriedAt = since
                if since.duration(to: now) >= patience || retries.count >= Self.maximumRetries {
                    givenUp.append(item.mark)
                } else {
                    retries.append(item)
                    retryAt = min(retryAt ?? now.advanced(by: delay), now.advanced(by: delay))
                }
            }
        }
        return (confirmed, givenUp)
    }
}

extension Int {
    /// How large the largest share is.
    fileprivate func shared(among count: Int) -> Int { (self + count - 1) / count }
}
