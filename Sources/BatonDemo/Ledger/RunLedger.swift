import Baton
import Foundation
import Logging
import PostgresClient
import ServiceLifecycle
import Locking

/// Writes down every run of a job, to count executions and overlaps with.
///
/// A run's start is committed before its body begins. Starts and ends that come while a write is under way go together
/// with the next one. The writing happens in ``run()``, so that the end of a cancelled job is written all the same.
final class RunLedger: Service {
    private struct Entry {
        let write: LedgerWrite
        let continuation: CheckedContinuation<Void, any Error>
    }

    private struct State {
        var waiting: [Entry] = []
        var isClosed = false
    }

    private let database: PostgresClient
    private let logger: Logger
    private let processID = Int64(ProcessInfo.processInfo.processIdentifier)
    private let state = Locked(State())
    private let (bell, ring) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))

    /// Makes a ledger.
    ///
    /// - Parameters:
    ///   - database: The database, run beside the ledger.
    ///   - logger: Where it logs.
    init(database: PostgresClient, logger: Logger) {
        self.database = database
        self.logger = logger
    }

    /// Runs a job's body as one line of the ledger.
    ///
    /// - Parameters:
    ///   - context: The run.
    ///   - body: What the job does.
    /// - Returns: What the body returns.
    /// - Throws: What the body throws, or why the line could not be written.
    func recording<Result: Sendable>(
        _ context: JobContext,
        _ body: () async throws -> Result
    ) async throws -> Result {
        let id = UUID()
        try await write(
            .start(
                LedgerWrite.Start(
                    id: id,
                    job: context.id.uuid,
                    run: Int32(clamping: context.run),
                    attempt: Int32(clamping: context.attempt),
                    server: context.server
                )
            )
        )
        let result: Result
        do {
            result = try await body()
        } catch {
            try await write(.end(id))
            throw error
        }
        try await write(.end(id))
        return result
    }

    /// Writes until the service is shut down; the jobs have ended by then.
    ///
    /// - Throws: `PostgresError` when the tables cannot be made.
    func run() async throws {
        defer { close() }
        try await LedgerRetry(logger: logger).run("making the ledger's tables") { () throws(PostgresError) in
            try await LedgerSchema.create(in: self.database)
        }
        for await _ in bell.cancelOnGracefulShutdown() {
            await flush()
        }
        await flush()
    }

    private func write(_ write: LedgerWrite) async throws {
        try await withCheckedThrowingContinuation { continuation in
            let isClosed = state.withLock { state in
                if !state.isClosed {
                    state.waiting.append(Entry(write: write, continuation: continuation))
                }
                return state.isClosed
            }
            if isClosed {
                continuation.resume(throwing: CancellationError())
            } else {
                ring.yield()
            }
        }
    }

    private func flush() async {
        while true {
            let batch = state.withLock { state in
                defer { state.waiting = [] }
                return state.waiting
            }
            guard !batch.isEmpty else { return }
            let statements = LedgerWrite.statements(for: batch.map(\.write), processID: processID)
            let outcome: Result<Void, any Error>
            do {
                try await LedgerRetry(logger: logger).run("writing the ledger") { () throws(PostgresError) in
                    try await self.database.execute(statements)
                }
                outcome = .success(())
            } catch {
                outcome = .failure(error)
            }
            for entry in batch {
                entry.continuation.resume(with: outcome)
            }
        }
    }

    private func close() {
        let waiting = state.withLock { state in
            state.isClosed = true
            defer { state.waiting = [] }
            return state.waiting
        }
        for entry in waiting {
            entry.continuation.resume(throwing: CancellationError())
        }
    }
}
