import Logging
import Testing

@testable import Baton

@Suite struct JobLogHandlerTests {
    /// Keeps what reaches a handler as handlers print it: their own metadata under that of the line.
    private struct Keeping: LogHandler {
        let lines = Shared<[Logger.Metadata]>([])
        var metadata: Logger.Metadata = [:]
        var metadataProvider: Logger.MetadataProvider?
        var logLevel = Logger.Level.info

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let line = metadata.merging(event.metadata ?? [:]) { $1 }
            lines.change { $0.append(line) }
        }
    }

    private let keeping = Keeping()

    private func makeLogger() -> Logger {
        var base = Logger(label: "test") { [keeping] _ in keeping }
        base[metadataKey: "app"] = "shop"
        let run = Logger.Metadata.Run(id: Sample.id(1), name: "mail", queue: "default", run: 3, attempt: 2)
        return Logger(label: base.label) { _ in JobLogHandler(run, base: base.handler) }
    }

    @Test func eachLineSaysWhichRunItBelongsTo() {
        let logger = makeLogger()
        logger.info("sent", metadata: ["to": "ada"])
        logger.debug("not logged at this level")
        #expect(
            keeping.lines.value == [
                [
                    "app": "shop", "to": "ada", "job.id": "\(Sample.id(1))", "job.name": "mail", "job.run": "3",
                    "job.attempt": "2", "queue.name": "default",
                ]
            ]
        )
        #expect(logger[metadataKey: "job.attempt"] == "2")
        #expect(logger.handler.metadata["job.run"] == "3")
    }

    @Test func whatTheJobsCodeSetsWins() {
        var logger = makeLogger()
        logger[metadataKey: "queue.name"] = "mine"
        logger.info("set")
        logger.info("given", metadata: ["queue.name": "line"])
        #expect(keeping.lines.value.map { $0["queue.name"] } == ["mine", "line"])
        logger.logLevel = .error
        logger.info("too low")
        #expect(keeping.lines.value.count == 2)
    }
}
