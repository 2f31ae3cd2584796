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
        var tries = 0
    }

    /// How many messages may wait for another try before more are given up at once.
    static let maximumRetries = 65_536

    private var waiting = Deque<Item>()
    private var retries = Deque<Item>()
    private var retryAt: JobInstant?
    private var onWire = 0
    private let patience: Duration

    /// Creates an empty queue.
    ///
    /// - Parameter patience: How long a message is tried before it is given up (T of PROTOCOL move 1).
    init(patience: Duration) {
        self.patience = patience
    }

    /// Whether nothing waits and nothing is under way.
    var isEmpty: Bool {
        waiting.isEmpty && retries.isEmpty && onWire == 0
    }

    /// When messages are to be tried again, if any.
    var nextRetry: JobInstant? {
        retries.isEmpty ? nil : retryAt
    }

    /// Adds messages whose rows are committed.
    ///
    /// - Parameter items: The messages.
    mutating func append(_ items: some Sequence<Item>) {
        waiting.append(contentsOf: items)
    }

    /// Takes the next batch to put on the wire.
    ///
    /// - Parameter limit: How many at most.
    /// - Returns: The batch; empty when nothing waits.
    mutating func take(_ limit: Int) -> [Item] {
        let count = min(limit, waiting.count)
        let batch = Array(waiting.prefix(count))
        waiting.removeFirst(count)
        onWire += count
        return batch
    }

    /// Puts messages whose wait is over in front again.
    ///
    /// - Parameter now: The present.
    mutating func wakeRetries(at now: JobInstant) {
        guard let due = retryAt, due <= now else { return }
        waiting.prepend(contentsOf: retries)
        retries.removeAll()
        retryAt = nil
    }

    /// Takes the answers to a batch.
    ///
    /// - Parameters:
    ///   - batch: What was put on the wire.
    ///   - outcomes: What became of each.
    ///   - now: The present.
    ///   - delay: How long to wait before the unconfirmed are tried again.
    /// - Returns: The marks confirmed, and those given up.
    mutating func resolve(
        _ batch: [Item],
        _ outcomes: [PublishOutcome],
        at now: JobInstant,
        retryAfter delay: Duration
    ) -> (confirmed: [PublishMark], givenUp: [PublishMark]) {
        onWire -= batch.count
        var confirmed: [PublishMark] = []
        var givenUp: [PublishMark] = []
        for (item, outcome) in zip(batch, outcomes) {
            guard case .unconfirmed = outcome else {
                confirmed.append(item.mark)
                continue
            }
            var item = item
            let since = item.firstTriedAt ?? now
            item.firstTriedAt = since
            item.tries += 1
            if since.duration(to: now) >= patience || retries.count >= Self.maximumRetries {
                givenUp.append(item.mark)
            } else {
                retries.append(item)
                retryAt = min(retryAt ?? now.advanced(by: delay), now.advanced(by: delay))
            }
        }
        return (confirmed, givenUp)
    }
}
