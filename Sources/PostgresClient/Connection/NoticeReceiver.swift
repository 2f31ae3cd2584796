import Locking
import CLibPQ
import Logging
import Synchronization

/// Takes what the server says without being asked; libpq would print it to the standard error.
final class NoticeReceiver: Sendable {
    private let logger: Logger
    private let farewell = Locked<PostgresError?>(nil)

    private let received = Atomic(0)

    /// How many there have been.
    var count: Int { self.received.load(ordering: .relaxed) }

    /// The error with which the server ended the connection while nothing was running on it.
    var lastFatalError: PostgresError? { self.farewell.withLock { $0 } }

    init(logger: Logger) {
        self.logger = logger
    }

    func receive(_ result: OpaquePointer) {
        self.received.add(1, ordering: .relaxed)
        let severity = PostgresError.severity(of: result)
        let error = PostgresError(.connectionLost, result: result)
        let metadata: Logger.Metadata = [
            "postgres.severity": "\(severity ?? "")", "postgres.sqlstate": "\(error.sqlState?.rawValue ?? "")",
        ]
        switch severity {
        case "FATAL", "PANIC":
            self.farewell.withLock { $0 = error }
            self.logger.debug("PostgreSQL ends the connection: \(error.message)", metadata: metadata)
        case "WARNING":
            self.logger.info("PostgreSQL: \(error.message)", metadata: metadata)
        default:
            self.logger.debug("PostgreSQL: \(error.message)", metadata: metadata)
        }
    }
}
