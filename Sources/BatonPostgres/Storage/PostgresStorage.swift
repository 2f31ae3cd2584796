public import Baton
internal import Locking
internal import Logging
internal import PollExecutor
internal import PostgresClient
internal import ServiceLifecycle

/// Jobs kept in PostgreSQL.
///
/// It is inert until ``run()``; calls made before wait for it. The conditions under which a row may move are all in the
/// SQL, so storages that share a namespace never need to know of each other.
public final class PostgresStorage: JobStorage {
    /// The namespace's SQL; a name that is none fails every call.
    let sql: Result<(schema: Schema, statements: Statements), JobStorageError>
    /// For what happens with every job.
    ///
    /// Its plans are made once and must hold for a table of any size.
    let work: PostgresClient
    /// For heartbeats, the scheduler and the reconciler, so that they never wait behind the work.
    let upkeep: PostgresClient
    /// For what other servers see of this process.
    let presence: PresenceSession
    /// Through which servers wait for jobs without messages.
    let listener: WorkListener
    let cursors = WaitingCursors()
    /// One for each kind of server in this process: what one passes over may be what another looks for.
    let markedWalks = Locked<[MarkedWalk.Aim: MarkedWalk]>([:])
    let readiness = StorageReadiness()
    let walks = TableWalks()
    let lostInserts: LostInserts
    let logger: Logger
    private let migrates: Bool

    /// The thread of the connections for the work.
    public let executor: (any TaskExecutor)?

    /// Creates a storage.
    ///
    /// - Parameter configuration: Where the database is and how to use it.
    public init(_ configuration: Configuration) {
        self.sql = Result { () throws(JobStorageError) in
            let schema = Schema(namespace: try Namespace(configuration.namespace))
            return (schema, Statements(schema))
        }
        let name = configuration.sessionName()
        self.lostInserts = LostInserts(sessionName: name)
        self.logger = configuration.logger
        self.migrates = configuration.migrates
        self.work = PostgresClient(configuration.work(sessionName: name), logger: configuration.logger)
        self.executor = work.executor?.taskExecutor
        let upkeep = PostgresClient(configuration.upkeep(sessionName: name), logger: configuration.logger)
        self.upkeep = upkeep
        self.listener = WorkListener(
            (try? sql.get()).map { upkeep.notifications($0.schema.workChannel) },
            logger: configuration.logger
        )
        self.presence = PresenceSession(lock: sql.map(\.statements.takeover.lock), logger: configuration.logger) {
            [presence = configuration.presence(sessionName: name), logger] () async throws(PostgresError) in
            try await PostgresConnection.connect(presence, executor: upkeep.executor, logger: logger)
        }
    }

    /// Keeps the connections, and brings the schema to this version first unless told not to.
    ///
    /// A loss of the database is survived. It ends with a graceful shutdown, by cancellation, or when the namespace cannot
    /// be used: its name is none, a newer version made it, or the account may not create it.
    ///
    /// - Throws: ``JobStorageError`` when the namespace cannot be used, or what the connections throw.
    public func run() async throws {
        do {
            let schema = try sql.get().schema
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await self.work.run() }
                group.addTask { try await self.upkeep.run() }
                group.addTask { await cancelWhenGracefulShutdown { await self.presence.run() } }
                group.addTask { await cancelWhenGracefulShutdown { await self.listener.run() } }
                group.addTask {
                    try await cancelWhenGracefulShutdown { try await self.prepare(schema) }
                }
                // Not `waitForAll()`, which would keep an error until the connections end by themselves.
                while try await group.next() != nil {}
            }
            await readiness.close(JobStorageError(.unavailable, "The storage has been shut down."))
        } catch {
            let failure = error as? JobStorageError
            await readiness.close(
                failure ?? JobStorageError(.unavailable, "The storage has stopped.", underlyingError: error)
            )
            throw error
        }
    }

    private func prepare(_ schema: Schema) async throws {
        var wait = Duration.milliseconds(100)
        while !Task.isCancelled {
            do throws(JobStorageError) {
                try await bringUp(schema)
                await readiness.open()
                return
            } catch {
                guard error.isTransient else { throw error }
                logger.warning("The schema cannot be brought up yet", metadata: ["error": "\(error)"])
            }
            // Cancelled, there is nothing left to wait for.
            try? await Task.sleep(for: wait)
            wait = min(wait * 2, .seconds(5))
        }
    }

    private func bringUp(_ schema: Schema) async throws(JobStorageError) {
        if migrates {
            try await perform(on: upkeep, PostgresStatement(Migration.statement(for: schema), prepared: false))
        }
        let query = PostgresStatement(Migration.versionQuery(for: schema), prepared: false)
        let result = try await perform(on: upkeep, query)
        let version = try reading { () throws(PostgresError) in try result.first?.decode(Int.self, 0) ?? 0 }
        guard version == Migration.currentVersion else { throw .version(version, of: schema) }
    }
}
