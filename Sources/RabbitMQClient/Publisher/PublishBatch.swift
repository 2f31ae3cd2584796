/// The messages of one call, and the outcomes that have come so far.
final class PublishBatch {
    let messages: [RabbitMQMessage]
    private var outcomes: [RabbitMQPublishOutcome?]
    private var remaining: Int
    private let onComplete: ([RabbitMQPublishOutcome]) -> Void

    /// Calls back once, when every message has its outcome.
    init(_ messages: [RabbitMQMessage], onComplete: @escaping ([RabbitMQPublishOutcome]) -> Void) {
        self.messages = messages
        self.outcomes = Array(repeating: nil, count: messages.count)
        self.remaining = messages.count
        self.onComplete = onComplete
    }

    func resolve(_ index: Int, _ outcome: RabbitMQPublishOutcome) {
        guard self.outcomes[index] == nil else { return }
        self.outcomes[index] = outcome
        self.remaining -= 1
        if self.remaining == 0 { self.onComplete(self.outcomes.compactMap { $0 }) }
    }
}

/// One message of a batch.
struct PublishTicket {
    let batch: PublishBatch
    let index: Int

    var message: RabbitMQMessage { self.batch.messages[self.index] }

    func resolve(_ outcome: RabbitMQPublishOutcome) {
        self.batch.resolve(self.index, outcome)
    }
}
