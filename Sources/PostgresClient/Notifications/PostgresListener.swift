import Logging

/// Keeps a listening connection, for one iterator.
///
/// Iterators are not shared, so nothing here is, except the inbox.
final class PostgresListener {
    private let source: PostgresNotifications
    private var inbox: NotificationInbox?
    private var connection: PostgresConnection?
    private var failures = 0

    init(_ source: PostgresNotifications) {
        self.source = source
    }

    func next(isolation: isolated (any Actor)?) async throws(PostgresError) -> PostgresNotifications.Event? {
        while !Task.isCancelled {
            guard let inbox else {
                if try await self.listen(isolation: isolation) { return .listening }
                continue
            }
            switch await inbox.next(isolation: isolation) {
            case .event(let event):
                return event
            case .ended(let error):
                self.source.logger.info("Notifications may be missed: the connection for them was lost: \(error)")
                (self.inbox, self.connection) = (nil, nil)
            case .cancelled:
                break
            }
        }
        await self.connection?.close()
        (self.inbox, self.connection) = (nil, nil)
        return nil
    }

    /// Connects and listens; returns false when that has failed and should be tried again.
    private func listen(isolation: isolated (any Actor)?) async throws(PostgresError) -> Bool {
        let statements = try self.source.channels.map { channel throws(PostgresError) in
            PostgresStatement("LISTEN \(try channel.quotedAsIdentifier())", prepared: false)
        }
        do throws(PostgresError) {
            let connection = try await PostgresConnection.connect(
                self.source.configuration,
                executor: self.source.executor,
                logger: self.source.logger
            )
            let inbox = NotificationInbox()
            await connection.whenNotified { inbox.add($0) }
            await connection.whenClosed { inbox.end($0) }
            try await connection.execute(statements)
            (self.inbox, self.connection, self.failures) = (inbox, connection, 0)
            return true
        } catch {
            if error.code == .cancelled { return false }
            guard error.isRetryable else { throw error }
            self.failures += 1
            self.source.logger.debug("Nobody listens for notifications: \(error)")
            // Cancelled, there is nothing left to wait for.
            try? await Task.sleep(for: self.backoff)
            return false
        }
    }

    private var backoff: Duration {
        let configuration = self.source.configuration
        let longest = configuration.minimumBackoff * (1 << min(self.failures - 1, 30))
        return min(longest, configuration.maximumBackoff) * Double.random(in: 0.5...1)
    }
}

extension String {
    /// Quotes a name for SQL, and refuses what the server would cut short.
    func quotedAsIdentifier() throws(PostgresError) -> String {
        guard (1...63).contains(self.utf8.count), !self.holdsNUL else {
            throw PostgresError(.invalidStatement, "A name has from 1 to 63 bytes, none of them NUL")
        }
        return "\"" + self.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
    }
}

extension PostgresConnection {
    /// Has a closure called for everything that is said on the channels this session listens to.
    func whenNotified(_ body: @escaping @Sendable (PostgresNotification) -> Void) {
        self.onNotification = body
    }
}
