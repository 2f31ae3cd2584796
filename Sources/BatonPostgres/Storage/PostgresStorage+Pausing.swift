public import Baton
internal import PostgresClient
#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

extension PostgresStorage {
    /// Pauses a queue.
    ///
    /// - Parameters:
    ///   - queue: The queue.
    ///   - server: The name of the server; `nil` for every server.
    ///   - reason: Why, for people.
    /// - Returns: The pause as it stands now.
    /// - Throws: ``JobStorageError``.
    public func pauseQueue(
        _ queue: String,
        on server: String?,
        reason: String?
    ) async throws(JobStorageError) -> QueuePause {
        let sql = try await ready().pause.pause
        let result = try await perform(on: upkeep, PostgresStatement(sql, queue, server, reason, prepared: false))
        return try reading { () throws(PostgresError) in
            guard let row = result.first else { throw PostgresError(.decodingFailed, "The database told no pause") }
            return QueuePause(
                queue: queue,
                server: server,
                since: try row.decode(Date.self, 0),
                reason: try row.decode(String?.self, 1)
            )
        }
    }

    /// Ends the pause of a queue.
    ///
    /// - Parameters:
    ///   - queue: The queue.
    ///   - server: The name of the server; `nil` for the pause on every server.
    /// - Returns: Whether there was such a pause.
    /// - Throws: ``JobStorageError``.
    public func resumeQueue(_ queue: String, on server: String?) async throws(JobStorageError) -> Bool {
        let sql = try await ready().pause.resume
        let result = try await perform(on: upkeep, PostgresStatement(sql, queue, server, prepared: false))
        return !result.isEmpty
    }

    /// Every pause, by queue.
    ///
    /// - Returns: The pauses.
    /// - Throws: ``JobStorageError``.
    public func queuePauses() async throws(JobStorageError) -> [QueuePause] {
        let sql = try await ready().pause.list
        let result = try await perform(on: upkeep, PostgresStatement(sql, prepared: false))
        return try reading { () throws(PostgresError) in
            var pauses: [QueuePause] = []
            for row in result {
                pauses.append(
                    QueuePause(
                        queue: try row.decode(String.self, 0),
                        server: try row.decode(String?.self, 1),
                        since: try row.decode(Date.self, 2),
                        reason: try row.decode(String?.self, 3)
                    )
                )
            }
            return pauses
        }
    }
}
