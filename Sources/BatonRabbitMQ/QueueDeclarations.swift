internal import Locking

/// Queues that are to be declared before something is published to them, one request after another.
///
/// Publishing itself needs no task; declaring waits for the broker, and so has this one.
final class QueueDeclarations: Sendable {
    /// Why which queues could not be declared.
    typealias Refusals = [String: String]

    private struct Request {
        let queues: Set<String>
        let onAnswer: @Sendable (Refusals) -> Void
    }

    private struct State {
        var waiting: [Request] = []
        var isClosed = false
    }

    private let state = Locked(State())
    private let arrivals: AsyncStream<Void>
    private let arrival: AsyncStream<Void>.Continuation

    init() {
        (arrivals, arrival) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Has queues declared.
    ///
    /// - Parameters:
    ///   - queues: The queues.
    ///   - onAnswer: Called once with those that could not be declared; all of them once this is closed.
    func submit(_ queues: Set<String>, onAnswer: @escaping @Sendable (Refusals) -> Void) {
        let request = Request(queues: queues, onAnswer: onAnswer)
        let isTaken = state.withLock { state in
            guard !state.isClosed else { return false }
            state.waiting.append(request)
            return true
        }
        if isTaken {
            arrival.yield()
        } else {
            Self.refuse(request)
        }
    }

    /// Declares until closed or cancelled.
    ///
    /// - Parameter declare: Declares queues, and returns those that could not be.
    func run(_ declare: (Set<String>) async -> Refusals) async {
        for await _ in arrivals {
            for request in takeWaiting() {
                request.onAnswer(await declare(request.queues))
            }
        }
        close()
    }

    /// Declares nothing more; what waits is refused.
    func close() {
        state.withLock { $0.isClosed = true }
        arrival.finish()
        for request in takeWaiting() {
            Self.refuse(request)
        }
    }

    private func takeWaiting() -> [Request] {
        state.withLock { state in
            defer { state.waiting = [] }
            return state.waiting
        }
    }

    private static func refuse(_ request: Request) {
        let reason = "There is no connection to the broker any more."
        request.onAnswer(Dictionary(uniqueKeysWithValues: request.queues.map { ($0, reason) }))
    }
}
