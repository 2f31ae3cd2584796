internal import Baton
internal import Locking

/// Queues that are to be declared before something is published to them, each by itself.
///
/// Publishing itself needs no task; declaring waits for the broker, and for whoever is told of missing queues, and so has
/// tasks here, one a queue. What is published waits for them only so long.
final class QueueDeclarations: Sendable {
    /// What has become of messages to queues that could not be declared.
    typealias Refusals = [String: PublishOutcome]

    private struct Request {
        var remaining: Set<String>
        var refused: Refusals = [:]
        let onAnswer: @Sendable (Refusals) -> Void

        /// Takes an answer up for one queue: why it could not be declared, or that it was.
        mutating func take(_ queue: String, _ refusal: PublishOutcome?) {
            guard remaining.remove(queue) != nil else { return }
            refused[queue] = refusal
        }
    }

    private struct State {
        /// In the order in which they came.
        var waiting: [Request] = []
        /// The queues that are being declared, and whether that takes long.
        var underWay: [String: Bool] = [:]
        var isClosed = false
    }

    /// How long a publish waits for its queue.
    private let patience: Duration
    private let state = Locked(State())
    private let arrivals: AsyncStream<String>
    private let arrival: AsyncStream<String>.Continuation

    init(patience: Duration) {
        self.patience = patience
        (arrivals, arrival) = AsyncStream.makeStream()
    }

    private static let late = PublishOutcome.unconfirmed(reason: "The queue is missing and not declared yet.")
    private static let closed = PublishOutcome.unconfirmed(reason: "There is no connection to the broker any more.")

    /// Has queues declared.
    ///
    /// - Parameters:
    ///   - queues: The queues.
    ///   - onAnswer: Called once with those that could not be declared, or not yet; all of them once this is closed.
    func submit(_ queues: Set<String>, onAnswer: @escaping @Sendable (Refusals) -> Void) {
        var request = Request(remaining: queues, onAnswer: onAnswer)
        let begun = state.withLock { state -> [String] in
            for queue in queues {
                if state.isClosed { request.take(queue, Self.closed) }
                if state.underWay[queue] == true { request.take(queue, Self.late) }
            }
            guard !request.remaining.isEmpty else { return [] }
            state.waiting.append(request)
            let begun = request.remaining.filter { state.underWay[$0] == nil }.sorted()
            for queue in begun { state.underWay[queue] = false }
            return begun
        }
        if request.remaining.isEmpty { onAnswer(request.refused) }
        for queue in begun { arrival.yield(queue) }
    }

    /// Declares until closed or cancelled.
    ///
    /// - Parameter declare: Declares a queue, and returns what has become of messages to it where it could not. Ends soon when its
    ///   task is cancelled.
    func run(_ declare: @escaping @Sendable (String) async -> PublishOutcome?) async {
        await withDiscardingTaskGroup { group in
            for await queue in arrivals {
                group.addTask { await self.see(to: queue, declare) }
            }
            group.cancelAll()
        }
        close()
    }

    private func see(to queue: String, _ declare: @escaping @Sendable (String) async -> PublishOutcome?) async {
        await withDiscardingTaskGroup { group in
            group.addTask { [self] in
                guard (try? await Task.sleep(for: patience)) != nil else { return }
                answer(queue, Self.late, isOver: false)
            }
            let refusal = await declare(queue)
            group.cancelAll()
            answer(queue, refusal, isOver: true)
        }
    }

    private func answer(_ queue: String, _ refusal: PublishOutcome?, isOver: Bool) {
        let answered = state.withLock { state -> [Request] in
            // Too late by a hair: it is declared.
            guard isOver || state.underWay[queue] != nil else { return [] }
            state.underWay[queue] = isOver ? nil : true
            for index in state.waiting.indices where state.waiting[index].remaining.contains(queue) {
                state.waiting[index].take(queue, refusal)
            }
            defer { state.waiting.removeAll { $0.remaining.isEmpty } }
            return state.waiting.filter { $0.remaining.isEmpty }
        }
        for request in answered { request.onAnswer(request.refused) }
    }

    /// Declares nothing more; what waits is refused.
    func close() {
        let refused = state.withLock { state -> [Request] in
            state.isClosed = true
            defer { state.waiting = [] }
            return state.waiting.map { request in
                var request = request
                for queue in request.remaining { request.take(queue, Self.closed) }
                return request
            }
        }
        arrival.finish()
        for request in refused { request.onAnswer(request.refused) }
    }
}
