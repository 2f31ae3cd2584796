import Locking
import Logging
import PollExecutor

/// Keeps what is logged.
struct LogCollector: LogHandler {
    private let storage = Locked<[String]>([])

    var metadata: Logger.Metadata = [:]
    var logLevel: Logger.Level = .trace

    var lines: [String] { self.storage.withLock { $0 } }

    var logger: Logger { Logger(label: "test") { _ in self } }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { self.metadata[key] }
        set { self.metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        self.storage.withLock { $0.append("\(event.level): \(event.message)") }
    }
}
