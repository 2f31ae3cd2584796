import Locking
import Logging

/// Keeps the lines that one run logs.
final class LogRecorder: Sendable {
    private let recorded = Locked<[JobLogLine]>([])

    /// The lines so far.
    var lines: [JobLogLine] {
        recorded.withLock { $0 }
    }

    /// A logger whose lines, of every level, are kept here.
    ///
    /// - Parameter label: Its label.
    /// - Returns: The logger.
    func makeLogger(label: String) -> Logger {
        Logger(label: label) { _ in Handler(recorder: self) }
    }

    private struct Handler: LogHandler {
        let recorder: LogRecorder
        var logLevel = Logger.Level.trace
        var metadata: Logger.Metadata = [:]
        var metadataProvider: Logger.MetadataProvider?

        init(recorder: LogRecorder) {
            self.recorder = recorder
        }

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let all = (metadataProvider?.get() ?? [:])
                .merging(metadata) { $1 }
                .merging(event.metadata ?? [:]) { $1 }
            let line = JobLogLine(
                level: event.level,
                message: "\(event.message)",
                metadata: all.mapValues { "\($0)" }
            )
            recorder.recorded.withLock { $0.append(line) }
        }
    }
}
