import Logging
import PollExecutor

/// What is said on some channels, listened to over a connection of its own.
///
/// The connection is made when the first element is asked for, made again whenever it is lost, and closed with the
/// iterator. PostgreSQL keeps nothing for those who are not listening, so the sequence says when listening began:
///
/// ```swift
/// for try await event in client.notifications("orders") {
///     switch event {
///     case .listening: try await lookAtAllOrders()      // at first, and whenever something may have been missed
///     case .notification(let notification): try await lookAt(notification.payload)
///     }
/// }
/// ```
///
/// It ends when the task is cancelled.
public struct PostgresNotifications: AsyncSequence, Sendable {
    /// What a listener is told.
    public enum Event: Hashable, Sendable {
        /// From now on nothing is missed; whatever was said before may have been.
        case listening
        /// Somebody said something.
        case notification(PostgresNotification)
    }

    let channels: [String]
    let configuration: PostgresConfiguration
    let executor: PollExecutor?
    let logger: Logger

    /// Starts to listen; nothing is connected before the first element is asked for.
    ///
    /// - Returns: An iterator with a connection of its own.
    public func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(listener: PostgresListener(self))
    }

    /// Listens, and connects again when it must.
    public struct AsyncIterator: AsyncIteratorProtocol {
        fileprivate let listener: PostgresListener

        /// Waits for what happens next.
        ///
        /// - Parameter actor: Where the caller runs.
        /// - Returns: What happened, or nil once the task is cancelled.
        /// - Throws: ``PostgresError`` when trying again would not help, such as when the server refuses the user.
        public mutating func next(
            isolation actor: isolated (any Actor)? = #isolation
        ) async throws(PostgresError) -> Event? {
            try await self.listener.next(isolation: actor)
        }
    }
}

extension PostgresClient {
    /// Listens to channels over a connection of its own, outside the pool; the client need not run.
    ///
    /// - Parameter channels: The channels' names, as they are: nothing is folded to lower case.
    /// - Returns: What is said on them, for as long as somebody asks for it.
    public func notifications(_ channels: String...) -> PostgresNotifications {
        PostgresNotifications(
            channels: channels,
            configuration: self.configuration,
            executor: self.executor,
            logger: self.logger
        )
    }
}
