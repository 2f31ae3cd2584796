import Logging

/// Says with every line which job and attempt it belongs to.
///
/// The text is made when a line is logged: most runs log nothing, and some handlers format metadata as it is set.
struct JobLogHandler: LogHandler {
    private let run: Logger.Metadata.Run
    private var base: any LogHandler

    /// Adds a run to what a handler logs.
    ///
    /// - Parameters:
    ///   - run: The run.
    ///   - base: The handler.
    init(_ run: Logger.Metadata.Run, base: any LogHandler) {
        self.run = run
        self.base = base
    }

    func log(event: LogEvent) {
        var event = event
        event.metadata = added.merging(event.metadata ?? [:]) { $1 }
        base.log(event: event)
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { base[metadataKey: key] ?? run.metadata[key] }
        set { base[metadataKey: key] = newValue }
    }

    var metadata: Logger.Metadata {
        get { base.metadata.merging(run.metadata) { own, _ in own } }
        set { base.metadata = newValue }
    }

    var metadataProvider: Logger.MetadataProvider? {
        get { base.metadataProvider }
        set { base.metadataProvider = newValue }
    }

    var logLevel: Logger.Level {
        get { base.logLevel }
        set { base.logLevel = newValue }
    }

    /// What the handler does not say by itself; a job's code may have set the same keys.
    private var added: Logger.Metadata {
        let own = base.metadata
        return run.metadata.filter { own[$0.key] == nil }
    }
}

extension Logger.Metadata {
    /// A run of a job, as lines about it name it.
    struct Run: Sendable {
        let id: JobID
        let name: String
        let queue: String
        let run: Int
        let attempt: Int

        /// The run's keys and values.
        var metadata: Logger.Metadata {
            [
                "job.id": "\(id)", "job.name": "\(name)", "job.run": "\(run)", "job.attempt": "\(attempt)",
                "queue.name": "\(queue)",
            ]
        }
    }
}
