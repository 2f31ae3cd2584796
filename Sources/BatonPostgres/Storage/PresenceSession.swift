internal import Baton
internal import Logging
internal import PostgresClient

/// The database session by which other servers see that this process lives (PROTOCOL section 3, early certificate).
///
/// It holds a lock for each server of the process, carries their renewals, so that a renewal which offers an early
/// certificate proves the lock, and is what other servers are looked at through. A connection of its own: it is lost
/// with the process and with nothing else of the process. When it is lost, it is made again and the locks with it.
actor PresenceSession {
    /// The present connection, and what is known of it.
    struct Current: Sendable {
        let connection: PostgresConnection
        let since = ContinuousClock.now
        /// The server process that holds the locks, as the database itself calls it.
        ///
        /// A pooler in between may hand every statement to another one, and then there is nothing to rely on.
        var processID: Int32?
        var locks: Set<ServerPresence> = []
    }

    private static let retryInterval = Duration.milliseconds(100)
    private static let longestRetryInterval = Duration.seconds(5)

    private let connect: @Sendable () async throws(PostgresError) -> PostgresConnection
    private let logger: Logger
    private let lock: Result<String, JobStorageError>
    private let wanted: AsyncStream<Void>
    private let want: AsyncStream<Void>.Continuation
    private var presences: [ServerEpoch: ServerPresence] = [:]
    private var current: Current?

    /// Makes a session that does nothing until it is run.
    ///
    /// - Parameters:
    ///   - lock: The statement that takes a lock.
    ///   - logger: Where losses go.
    ///   - connect: Makes a connection.
    init(
        lock: Result<String, JobStorageError>,
        logger: Logger,
        connect: @escaping @Sendable () async throws(PostgresError) -> PostgresConnection
    ) {
        self.connect = connect
        self.lock = lock
        self.logger = logger
        (wanted, want) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Keeps the connection for as long as there is a server to show, until cancelled.
    func run() async {
        var wait = Self.retryInterval
        while !Task.isCancelled {
            await untilWanted()
            do throws(PostgresError) {
                let connection = try await connect()
                wait = Self.retryInterval
                await keep(connection)
            } catch {
                logger.debug("no database session to be seen by", metadata: ["error": "\(error)"])
            }
            // Cancelled, there is nothing left to wait for.
            try? await Task.sleep(for: wait)
            wait = min(wait * 2, Self.longestRetryInterval)
        }
    }

    private func untilWanted() async {
        guard presences.isEmpty else { return }
        for await _ in wanted where !presences.isEmpty { return }
    }

    private func keep(_ connection: PostgresConnection) async {
        current = Current(connection: connection)
        for presence in Set(presences.values) {
            await take(presence)
        }
        let error = await connection.untilClosed()
        current = nil
        if error.code != .connectionClosed {
            logger.debug("the session was lost by which others see this process", metadata: ["error": "\(error)"])
        }
    }

    // MARK: Servers

    /// Shows a server from now on.
    ///
    /// Its lock is taken with its first renewal: a session that does not answer must not hold up a registration.
    ///
    /// - Parameters:
    ///   - epoch: The server.
    ///   - presence: What it is to be seen by.
    ///   - dead: The epoch that the server goes on in the place of; shown no longer, also when no renewal was refused to it.
    func show(_ epoch: ServerEpoch, by presence: ServerPresence, replacing dead: ServerEpoch?) {
        if let dead { presences[dead] = nil }
        presences[epoch] = presence
        want.yield()
    }

    /// Shows a server no longer.
    ///
    /// - Parameter epoch: The server.
    func hide(_ epoch: ServerEpoch) async {
        presences[epoch] = nil
        if presences.isEmpty {
            await current?.connection.close()
        }
    }

    /// Renews a server's lease through the session, with the server's lock if that can be had.
    ///
    /// A session that fails is given up: the renewal goes another way then, and the lock must not outlive it for long.
    ///
    /// - Parameters:
    ///   - epoch: The server.
    ///   - statement: The renewal, given the process that holds the lock.
    /// - Returns: The answer; `nil` when there is no session, or none any more.
    func renew(
        _ epoch: ServerEpoch,
        _ statement: @Sendable (_ lockedBy: Int32?) -> PostgresStatement
    ) async -> PostgresResult? {
        guard let presence = presences[epoch] else { return nil }
        // Another session may still hold it, which the database has not yet noticed to be gone.
        await take(presence)
        guard let current else { return nil }
        let process = current.locks.contains(presence) ? current.processID : nil
        do throws(PostgresError) {
            let answer = try await current.connection.query(statement(process))
            // Certified dead: the server goes on under another epoch.
            if answer.isEmpty { presences[epoch] = nil }
            return answer
        } catch {
            logger.debug("a lease was not renewed by the session that others see", metadata: ["error": "\(error)"])
            // Not when nobody waits any more: the session may be other servers' as well.
            if !Task.isCancelled { await current.connection.close() }
            return nil
        }
    }

    /// The session to look at others through.
    ///
    /// - Returns: The session.
    /// - Throws: ``JobStorageError`` when there is none.
    func looking() throws(JobStorageError) -> Current {
        guard let current else {
            throw JobStorageError(.unavailable, "There is no session at the moment to look at servers through.")
        }
        return current
    }

    /// Gives the present session up, if there is one, and makes another.
    ///
    /// What is under way over it fails at once.
    func giveUp() async {
        await current?.connection.close()
    }

    private func take(_ presence: ServerPresence) async {
        guard let asked = current, !asked.locks.contains(presence), case .success(let lock) = lock else { return }
        do throws(PostgresError) {
            let row = try await asked.connection.query(PostgresStatement(lock, presence.uuid)).first
            guard let row, try row.decode(Bool.self, 0) else { return }
            let processID = try row.decode(Int32.self, 1)
            // Meanwhile it may have been lost, or be another one's behind a pooler.
            guard current?.connection === asked.connection else { return }
            if let known = current?.processID, known != processID { return }
            current?.processID = processID
            current?.locks.insert(presence)
        } catch {
            logger.debug("the lock was not taken by which others see this process", metadata: ["error": "\(error)"])
        }
    }
}
