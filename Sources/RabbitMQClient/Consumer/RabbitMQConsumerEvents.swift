import Locking
import PollExecutor

/// The events of a consumer, to be read by one task.
public struct RabbitMQConsumerEvents: AsyncSequence, Sendable {
    /// What the sequence gives.
    public typealias Element = RabbitMQConsumerEvent

    /// Reads the events.
    public struct AsyncIterator: AsyncIteratorProtocol {
        fileprivate let mailbox: Mailbox

        /// Waits for the next event.
        ///
        /// - Returns: The event; nil once the consumer has ended, or when the reading task is cancelled.
        public mutating func next() async -> RabbitMQConsumerEvent? {
            await self.mailbox.next()
        }
    }

    let mailbox = Mailbox()

    /// Starts to read.
    ///
    /// There is one reader at a time; a second one is told that the events are over.
    ///
    /// - Returns: The reader.
    public func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(mailbox: self.mailbox)
    }
}

extension RabbitMQConsumerEvents {
    /// Carries events from the consumer's thread to the reading task.
    final class Mailbox: Sendable {
        private typealias Reader = CheckedContinuation<RabbitMQConsumerEvent?, Never>

        private struct State {
            var buffer = ConsumerEventBuffer()
            var reader: Reader?
            var isFinished = false
        }

        private let state = Locked(State())

        /// Changes what waits, and hands the first event to the reader if there is one.
        func update(_ body: @Sendable (inout ConsumerEventBuffer) -> Void) {
            let (reader, event) = self.state.withLock { state -> (Reader?, RabbitMQConsumerEvent?) in
                guard !state.isFinished else { return (nil, nil) }
                body(&state.buffer)
                guard state.reader != nil, let event = state.buffer.next() else { return (nil, nil) }
                return (state.reader.take(), event)
            }
            reader?.resume(returning: event)
        }

        func finish() {
            let reader = self.state.withLock { state in
                state.isFinished = true
                return state.reader.take()
            }
            reader?.resume(returning: nil)
        }

        func next() async -> RabbitMQConsumerEvent? {
            await withTaskCancellationHandler {
                await withCheckedContinuation { (continuation: Reader) in
                    let event = self.state.withLock { state -> RabbitMQConsumerEvent?? in
                        if let event = state.buffer.next() { return .some(event) }
                        if state.isFinished || state.reader != nil || Task.isCancelled { return .some(nil) }
                        state.reader = continuation
                        return .none
                    }
                    if let event { continuation.resume(returning: event) }
                }
            } onCancel: {
                self.state.withLock { $0.reader.take() }?.resume(returning: nil)
            }
        }
    }
}
